import { delimiter } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { ConfigError } from "@sluice/core";
import type { Environment } from "@sluice/kit";

/** Where a kubeconfig comes from. */
export interface KubeConfigOptions {
  readonly kubeConfig?: KubeConfig | undefined;
  readonly context?: string | undefined;
}

/** The variable that may name a cluster's own kubeconfig. */
function kubeConfigVariable(cluster: string): string {
  return `KUBECONFIG_${cluster.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`;
}

/**
 * A way to the kubeconfig of a cluster. One that is given is checked at once; any other is read on first use, and then kept: the
 * option, else the files of the cluster's own variable, else what the SDK finds.
 *
 * @throws ConfigError when what is given is no kubeconfig, or has no cluster.
 */
export function findKubeConfig(
  cluster: string,
  { kubeConfig, context }: KubeConfigOptions,
  env: Environment | undefined,
): () => KubeConfig {
  if (kubeConfig !== undefined) {
    if (typeof (kubeConfig as Partial<KubeConfig> | null)?.getCurrentCluster !== "function")
      throw new ConfigError({
        option: "kubeConfig",
        accepted: "a KubeConfig of @kubernetes/client-node",
        value: kubeConfig,
      });
    const ready = inContext(kubeConfig, context);
    return () => ready;
  }
  let found: KubeConfig | undefined;
  return () => (found ??= inContext(load(cluster, env), context));
}

function load(cluster: string, env: Environment | undefined): KubeConfig {
  const loaded = new KubeConfig();
  // The SDK reads KUBECONFIG from the process; an environment given in its place has to be read here.
  const named = env?.[kubeConfigVariable(cluster)] || (env === process.env ? undefined : env?.["KUBECONFIG"]);
  const [first, ...others] = (named ?? "").split(delimiter).filter((file) => file !== "");
  if (first === undefined) {
    loaded.loadFromDefault();
    return loaded;
  }
  loaded.loadFromFile(first);
  for (const file of others) {
    const more = new KubeConfig();
    more.loadFromFile(file);
    loaded.mergeConfig(more, true);
  }
  return loaded;
}

/** The kubeconfig with another context in force; the one that was given stays as it is. */
function inContext(given: KubeConfig, context: string | undefined): KubeConfig {
  let kubeConfig = given;
  if (context !== undefined) {
    if (given.getContextObject(context) === null) {
      const names = given.getContexts().map(({ name }) => JSON.stringify(name));
      throw new ConfigError({
        option: "context",
        accepted: `a context of the kubeconfig: ${names.join(", ")}`,
        value: context,
      });
    }
    kubeConfig = Object.assign(Object.create(Object.getPrototypeOf(given) as object) as KubeConfig, given);
    kubeConfig.setCurrentContext(context);
  }
  if (kubeConfig.getCurrentCluster() !== null) return kubeConfig;
  throw new ConfigError({
    option: "kubeConfig",
    accepted: "a kubeconfig whose current context names a cluster",
    value: kubeConfig.getCurrentContext(),
  });
}
