import { anObject, nonEmpty, systemClock } from "@sluice/core";
import { type ApiOptions, assemble } from "@sluice/kit";
import { resolveJobRunner } from "../jobs/options.js";
import { knownOperations } from "../operations/operation.js";
import { createFeedback } from "../quota/feedback.js";
import { createKubernetesQuota } from "../quota/kubernetes-quota.js";
import { isQuota, resolveQuota } from "../quota/options.js";
import { classify } from "../retry/classify.js";
import { findKubeConfig } from "../settings/kube-config.js";
import { KubernetesApi } from "./kubernetes-api.js";
import { kubernetesLimits } from "./limits/kubernetes-limits.js";
import { factoryParts, type HandedOptions, type KubernetesFactoryOptions } from "./options.js";
import { readReply } from "./reply.js";

/**
 * The API of a cluster, at the pace that client-go keeps, together with every other process that shares its Redis.
 *
 * Returns at once; the kubeconfig is read, and Redis connected, on first use.
 *
 * @param cluster - names the cluster whose rate is shared. Range: a text that is not empty.
 * @throws ConfigError naming the option or variable, the range and the value, before anything is sent or opened.
 */
export function createKubernetesApi(cluster: string, options: KubernetesFactoryOptions = {}): KubernetesApi {
  anObject("options", options);
  const env = options.env ?? process.env;
  nonEmpty("cluster", cluster, 256);
  const identity = options.identity === undefined ? undefined : nonEmpty("identity", options.identity, 256);
  const kubeConfig = findKubeConfig(cluster, options, env);
  const quota = isQuota(options.quota)
    ? options.quota
    : createKubernetesQuota(resolveQuota(options.quota === undefined ? {} : options.quota, env), identity);
  // Only checked here: the runner is made for the first job.
  resolveJobRunner(options.jobs === undefined ? {} : options.jobs, env);
  const { clock, random } = options;
  const assembly = assemble(options as ApiOptions, {
    provider: "kubernetes",
    knownOperations,
    quota,
    ownQuota: isQuota(options.quota),
    feedback: createFeedback(() => (clock ?? systemClock).wallNow()),
    classify,
    reply: readReply,
    env,
  });
  const quotaOptions = isQuota(options.quota) ? {} : (options.quota ?? {});
  const handed: HandedOptions = {
    ...options,
    [factoryParts]: {
      chain: assembly.hooks,
      timeoutMs: assembly.timeoutMs,
      takesOver: true,
      kubeConfig,
      mode: { get: () => assembly.mode, set: (mode) => (assembly.mode = mode) },
      limits: () => assembly.limits(kubernetesLimits(cluster, { quota: quotaOptions, env })),
      close: assembly.close,
      limiter: () => assembly.limiterFor(cluster),
      jobs: options.jobs,
      env,
      clock,
      random,
    },
  };
  return new KubernetesApi(cluster, options.kubeConfig, handed);
}
