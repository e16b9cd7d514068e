import { notNegative, wholeAtLeast } from "../checks.js";
import { resolveSimulator, type SimulatorConfig, type SimulatorOptions } from "../http/simulator-options.js";
import type { KubernetesUser } from "./authorization.js";
import { kubernetesLimits } from "./generated/published-limits.js";

/** Settings of a Kubernetes simulator. @public */
export interface KubernetesSimulatorOptions extends SimulatorOptions {
  /**
   * The only good tokens, and whose each is.
   *
   * @defaultValue every token is good, and all of them are the user `simulated-user`
   */
  readonly tokens?: Readonly<Record<string, KubernetesUser>>;
  /** Namespaces that are there. @defaultValue `default` and `kube-system` */
  readonly namespaces?: readonly string[];
  /** Pods in each namespace. Range: whole numbers >= 0. @defaultValue 0 */
  readonly pods?: number;
  /**
   * Requests that read, at a time. Range: whole numbers >= 1.
   *
   * @defaultValue 400, the server's own (`kubernetesLimits`)
   */
  readonly maxRequestsInFlight?: number;
  /**
   * Requests that change something, at a time. Range: whole numbers >= 1.
   *
   * @defaultValue 200, the server's own (`kubernetesLimits`)
   */
  readonly maxMutatingRequestsInFlight?: number;
  /**
   * Requests that each user may make. The server itself has no such rate; a hosted one, or a proxy in front, may.
   *
   * @defaultValue none
   */
  readonly limit?: { readonly perSecond: number; readonly burst?: number };
  /** From a job's creation to its first pod. Unit: milliseconds of the limit clock. Range: >= 0. @defaultValue 200 */
  readonly jobStartMs?: number;
  /** From a job's first pod to its end. Unit: milliseconds of the limit clock. Range: >= 0. @defaultValue 2000 */
  readonly jobDurationMs?: number;
  /** Which jobs fail. @defaultValue none */
  readonly jobFails?: (name: string, namespace: string) => boolean;
}

/** Complete settings. */
export interface KubernetesSimulatorConfig extends SimulatorConfig {
  readonly tokens: Readonly<Record<string, KubernetesUser>> | undefined;
  readonly namespaces: readonly string[];
  readonly pods: number;
  readonly maxRequestsInFlight: number;
  readonly maxMutatingRequestsInFlight: number;
  readonly limit: { readonly perMinute: number; readonly burst: number } | undefined;
  readonly jobStartMs: number;
  readonly jobDurationMs: number;
  readonly jobFails: (name: string, namespace: string) => boolean;
}

/** Fills defaults and checks every value. */
export function resolveKubernetesSimulator(options: KubernetesSimulatorOptions): KubernetesSimulatorConfig {
  const { maxRequestsInFlight, maxMutatingRequestsInFlight } = kubernetesLimits;
  const { limit } = options;
  return {
    ...resolveSimulator(options),
    tokens: options.tokens,
    namespaces: options.namespaces ?? ["default", "kube-system"],
    pods: wholeAtLeast("pods", options.pods ?? 0, 0),
    maxRequestsInFlight: wholeAtLeast(
      "maxRequestsInFlight",
      options.maxRequestsInFlight ?? maxRequestsInFlight.limit,
      1,
    ),
    maxMutatingRequestsInFlight: wholeAtLeast(
      "maxMutatingRequestsInFlight",
      options.maxMutatingRequestsInFlight ?? maxMutatingRequestsInFlight.limit,
      1,
    ),
    limit:
      limit === undefined
        ? undefined
        : {
            perMinute: wholeAtLeast("limit.perSecond", limit.perSecond, 1) * 60,
            burst: wholeAtLeast("limit.burst", limit.burst ?? limit.perSecond, 1),
          },
    jobStartMs: notNegative("jobStartMs", options.jobStartMs ?? 200),
    jobDurationMs: notNegative("jobDurationMs", options.jobDurationMs ?? 2000),
    jobFails: options.jobFails ?? (() => false),
  };
}
