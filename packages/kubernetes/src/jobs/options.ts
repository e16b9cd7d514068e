import { anObject, type Caller, oneOf, wholeBetween } from "@sluice/core";
import type { Environment } from "@sluice/kit";
import { numberIn } from "../settings/number-in.js";

/** How jobs are run. */
export interface JobRunnerOptions {
  /**
   * Jobs at a time in the cluster, of all processes that share the Redis.
   * Range: whole numbers 1 to 100000.
   *
   * @defaultValue `KUBERNETES_MAX_CONCURRENT_JOBS`, else 10
   */
  readonly maxActive?: number | undefined;
  /** Jobs at a time in one namespace. Range: whole numbers 1 to `maxActive`. @defaultValue `maxActive` */
  readonly maxPerNamespace?: number | undefined;
  /** Whether a job without a place waits for one, or is refused. @defaultValue `"queue"` */
  readonly strategy?: "queue" | "reject" | undefined;
  /** Jobs of this process that may wait at a time. Range: whole numbers 1 to 1e6. @defaultValue 1000 */
  readonly maxWaiting?: number | undefined;
  /** Longest wait for a place. Unit: milliseconds. Range: whole numbers 0 to one day. @defaultValue 600000 (10 minutes) */
  readonly waitMs?: number | undefined;
  /**
   * After which the place of a process that was killed is free again.
   * Unit: milliseconds. Range: whole numbers 100 to one day.
   *
   * @defaultValue 30000
   */
  readonly leaseMs?: number | undefined;
  /**
   * How long a job that failed is not tried again under the same name, by this process.
   * Unit: milliseconds. Range: whole numbers 0 (for at once) to one day.
   *
   * @defaultValue 300000 (5 minutes)
   */
  readonly backoffMs?: number | undefined;
  /**
   * A job is looked at whenever a quarter of its age has passed, and not more often than this.
   * Unit: milliseconds. Range: whole numbers 10 to one hour.
   *
   * @defaultValue 1000
   */
  readonly minPollMs?: number | undefined;
  /** And not less often than this. Unit: milliseconds. Range: whole numbers `minPollMs` to one hour. @defaultValue 10000 */
  readonly maxPollMs?: number | undefined;
}

/** How one job differs from the others. */
export interface RunJobOptions {
  /** @defaultValue the job's own, else that of the kubeconfig's context, else `default` */
  readonly namespace?: string | undefined;
  /** Ends the wait: for a place, and for the job. Its reason is what the promise rejects with. */
  readonly signal?: AbortSignal | undefined;
  /**
   * What becomes of the job on the cluster when the signal aborts, or when the job's place was lost: `true` deletes it and its pods, a
   * policy deletes it in its own way; `false` leaves it running, and its place taken until it has ended.
   *
   * @defaultValue false
   */
  readonly deleteOnAbort?: boolean | "Background" | "Foreground" | "Orphan" | undefined;
  /** Longest wait for a place. Unit: milliseconds. @defaultValue the runner's */
  readonly waitMs?: number | undefined;
  /** Higher goes first among those who wait in this process. @defaultValue 0 */
  readonly priority?: number | undefined;
  /** On whose behalf. */
  readonly caller?: Caller | undefined;
}

/** Complete and checked. */
export interface JobRunnerConfig {
  readonly maxActive: number;
  readonly maxPerNamespace: number;
  readonly strategy: "queue" | "reject";
  readonly maxWaiting: number;
  readonly waitMs: number;
  readonly leaseMs: number;
  readonly backoffMs: number;
  readonly minPollMs: number;
  readonly maxPollMs: number;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MAX_ACTIVE = 10;
const variable = "KUBERNETES_MAX_CONCURRENT_JOBS";

/** @throws ConfigError naming the option, or the variable where the value came from one. */
export function resolveJobRunner(options: JobRunnerOptions, env: Environment): JobRunnerConfig {
  anObject("jobs", options, "an object of options");
  const given = options.maxActive === undefined ? numberIn(env, variable) : undefined;
  const name = given === undefined ? "jobs.maxActive" : variable;
  const maxActive = wholeBetween(name, options.maxActive ?? given ?? MAX_ACTIVE, 1, 100_000);
  const minPollMs = wholeBetween("jobs.minPollMs", options.minPollMs ?? 1000, 10, HOUR_MS);
  return {
    maxActive,
    maxPerNamespace: wholeBetween("jobs.maxPerNamespace", options.maxPerNamespace ?? maxActive, 1, maxActive),
    strategy: oneOf("jobs.strategy", options.strategy ?? "queue", ["queue", "reject"] as const),
    maxWaiting: wholeBetween("jobs.maxWaiting", options.maxWaiting ?? 1000, 1, 1e6),
    waitMs: checkWait("jobs.waitMs", options.waitMs ?? 600_000),
    leaseMs: wholeBetween("jobs.leaseMs", options.leaseMs ?? 30_000, 100, DAY_MS),
    backoffMs: wholeBetween("jobs.backoffMs", options.backoffMs ?? 300_000, 0, DAY_MS),
    minPollMs,
    maxPollMs: wholeBetween("jobs.maxPollMs", options.maxPollMs ?? Math.max(minPollMs, 10_000), minPollMs, HOUR_MS),
  };
}

/** @throws ConfigError when the wait is out of range. */
export function checkWait(option: string, waitMs: number): number {
  return wholeBetween(option, waitMs, 0, DAY_MS);
}
