import {
  type BaseServerConfiguration,
  type Configuration,
  createConfiguration,
  IsomorphicFetchHttpLibrary,
  type KubeConfig,
  type ObservableMiddleware,
  ServerConfiguration,
} from "@kubernetes/client-node";
import { ConfigError } from "@sluice/core";
import { type Sender, throughChain } from "./attempts.js";
import type { KubernetesSdkOptions } from "./options.js";

/**
 * The configuration that the SDK's classes are made with: as `KubeConfig.makeApiClient` makes it, with every request through the
 * chain. The kubeconfig is read when the first request is made.
 */
export function configurationOf(
  kubeConfig: () => KubeConfig,
  sender: Sender,
  options: KubernetesSdkOptions,
): Configuration {
  const library = options.httpApi ?? new IsomorphicFetchHttpLibrary();
  const { BearerToken } = options.authMethods ?? {};
  const made = createConfiguration({
    authMethods: { default: sender.authentication, ...(BearerToken === undefined ? {} : { BearerToken }) },
    // A list of its own: the SDK adds to the one it is given.
    middleware: [...(options.middleware ?? [])],
    promiseMiddleware: [...(options.promiseMiddleware ?? [])],
  });
  const middleware: readonly ObservableMiddleware[] = made.middleware;
  return {
    baseServer: options.baseServer ?? serverOf(kubeConfig),
    httpApi: throughChain(sender, library),
    authMethods: made.authMethods,
    // The SDK turns the list around in place after each response, so that every other call would run it backwards.
    get middleware() {
      return [...middleware];
    },
  };
}

function serverOf(kubeConfig: () => KubeConfig): BaseServerConfiguration {
  return {
    makeRequestContext(endpoint, method) {
      const cluster = kubeConfig().getCurrentCluster();
      if (cluster === null)
        throw new ConfigError({
          option: "kubeConfig",
          accepted: "a kubeconfig whose context names a cluster",
          value: null,
        });
      return new ServerConfiguration(cluster.server, {}).makeRequestContext(endpoint, method);
    },
  };
}
