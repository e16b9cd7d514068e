import type { KubeConfig } from "@kubernetes/client-node";
import { ConfigError } from "@sluice/core";
import { assemblePlain, plainLimits } from "@sluice/kit";
import { knownOperations } from "../operations/operation.js";
import { findKubeConfig } from "../settings/kube-config.js";
import { kubernetesRequests } from "./limits/kubernetes-limits.js";
import type { FactoryParts, KubernetesApiOptions } from "./options.js";
import { readReply } from "./reply.js";

/** A plain client measures, and leaves everything else to the SDK. */
export function plainParts(
  cluster: string,
  kubeConfig: KubeConfig | undefined,
  options: KubernetesApiOptions,
): FactoryParts {
  return {
    chain: assemblePlain(options, { provider: "kubernetes", knownOperations, reply: readReply }),
    timeoutMs: Number.POSITIVE_INFINITY,
    takesOver: false,
    kubeConfig: findKubeConfig(cluster, { kubeConfig, context: options.context }, undefined),
    mode: {
      get: () => "disabled",
      set: (value) => {
        if (value === "disabled") return;
        const accepted = '"disabled" on a plain client; createKubernetesApi makes one with limits';
        throw new ConfigError({ option: "mode", accepted, value });
      },
    },
    limits: () =>
      plainLimits({ provider: "kubernetes", factory: "createKubernetesApi", ...kubernetesRequests(cluster) }),
    close: async () => {},
    env: {},
  };
}
