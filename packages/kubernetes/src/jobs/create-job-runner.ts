import { BatchV1Api, type V1Job } from "@kubernetes/client-node";
import {
  ConfigError,
  currentContext,
  linkSignals,
  nonEmpty,
  systemClock,
  systemRandom,
  withCaller,
  withCallOptions,
  withoutCallOptions,
} from "@sluice/core";
import { createFailureBackoff, createJobs, type FailureBackoff, type Jobs } from "@sluice/limiter";
import type { KubernetesApi } from "../client/kubernetes-api.js";
import { partsOf } from "../client/parts-of.js";
import { createOnce, deleteJob } from "./cluster-jobs.js";
import { followJob, lingerOn } from "./follow-job.js";
import { JobFailedError } from "./job-failed-error.js";
import type { JobRunner } from "./job-runner.js";
import { limitReached } from "./limit-reached.js";
import { checkWait, type JobRunnerOptions, resolveJobRunner, type RunJobOptions } from "./options.js";
import { type JobPlan, planJob } from "./plan.js";

/** How long deleting an aborted job may take. Unit: milliseconds. */
const DELETING_MS = 10_000;

/**
 * Runs jobs through an API made by `createKubernetesApi`, at most so many at a time in the cluster and in each namespace, counted over
 * the whole fleet. A place is a lease: it is renewed while the job runs, and that of a killed process is free again after `leaseMs`.
 *
 * @throws ConfigError when an option is out of range, or the API is a plain one, which has no limits.
 */
export function createJobRunner(api: KubernetesApi, options: JobRunnerOptions = {}): JobRunner {
  const { limiter, env, kubeConfig, clock = systemClock, random = systemRandom } = partsOf(api);
  if (limiter === undefined)
    throw new ConfigError({ option: "api", accepted: "an API made by createKubernetesApi", value: "a plain one" });
  const config = resolveJobRunner(options, env);
  const { backoffMs, maxActive, maxPerNamespace, strategy, maxWaiting, leaseMs } = config;
  const backoff: FailureBackoff | undefined =
    backoffMs === 0 ? undefined : createFailureBackoff({ baseMs: backoffMs, maxMs: backoffMs, factor: 1, clock });
  let jobs: Jobs | undefined;
  const places = (): Jobs =>
    (jobs ??= createJobs({
      limiter: limiter(),
      max: maxActive,
      perNamespace: maxPerNamespace,
      strategy,
      maxWaiting,
      timeoutMs: WAIT_FOREVER_MS,
      leaseMs,
      clock,
    }));
  const closing = new AbortController();
  let unplaced = 0;

  /** The job on the cluster, from its creation to its end. What is returned holds the place; `answer` is told what the caller is. */
  const work = async (plan: JobPlan, how: RunJobOptions, held: AbortSignal, answer: Answer): Promise<void> => {
    const following = { api: api.client(BatchV1Api), plan, config, clock, random };
    try {
      backoff?.check(plan.key);
      const done = await withCallOptions({ signal: held }, async () => {
        const created = await createOnce(following.api, plan, held);
        return followJob(following, created, held);
      });
      backoff?.succeeded(plan.key);
      answer.resolve(done);
    } catch (error) {
      if (error instanceof JobFailedError) backoff?.failed(plan.key);
      const policy = how.deleteOnAbort === true ? "Background" : how.deleteOnAbort || undefined;
      // The signals around have aborted, or may: what is still to be done is not theirs to end.
      if (held.aborted && policy !== undefined) {
        const removing = (): Promise<void> => deleteJob(following.api, plan, policy);
        await withoutCallOptions(() => withCallOptions({ timeoutMs: DELETING_MS }, removing)).catch(() => {});
      }
      answer.reject(error);
      // A job that was left to itself still runs: its place is not free.
      if (held.aborted && policy === undefined && !isLost(held))
        await withoutCallOptions(() =>
          withCallOptions({ signal: closing.signal }, () => lingerOn(following, closing.signal)),
        );
    }
  };

  const start = (plan: JobPlan, how: RunJobOptions, signal: AbortSignal): Promise<V1Job> =>
    new Promise((resolve, reject) => {
      const answer: Answer = { resolve, reject };
      if (api.mode !== "enforce") {
        unplaced += 1;
        void work(plan, how, signal, answer).finally(() => (unplaced -= 1));
        return;
      }
      let begun = false;
      const task = (held: AbortSignal): Promise<void> => ((begun = true), work(plan, how, held, answer));
      const { priority, waitMs } = how;
      const timeoutMs = waitMs === undefined ? config.waitMs : checkWait("waitMs", waitMs);
      const wish = { namespace: plan.namespace, signal, timeoutMs, ...(priority === undefined ? {} : { priority }) };
      places()
        .run(task, wish)
        .catch((error: unknown) => reject(begun ? error : limitReached(error, api.cluster)));
    });

  return {
    get active() {
      return (jobs?.active ?? 0) + unplaced;
    },
    get waiting() {
      return jobs?.waiting ?? 0;
    },
    close: () => closing.abort(),
    async run(job, how = {}) {
      const own = how.namespace ?? job?.metadata?.namespace;
      const namespace = own ?? kubeConfig().getContextObject(kubeConfig().getCurrentContext())?.namespace ?? "default";
      const plan = planJob(job, nonEmpty("namespace", namespace, 253), random);
      backoff?.check(plan.key);
      const { signal, release } = linkSignals([how.signal, currentContext().signal], 0, clock);
      signal.throwIfAborted();
      try {
        return await withCaller(how.caller ?? {}, () => start(plan, how, signal));
      } finally {
        release();
      }
    },
  };
}

/** Each run says itself how long it waits. Unit: milliseconds. */
const WAIT_FOREVER_MS = Number.MAX_SAFE_INTEGER;

interface Answer {
  readonly resolve: (job: V1Job) => void;
  readonly reject: (error: unknown) => void;
}

/** Whether the place itself is gone: nothing is left to hold. */
function isLost(held: AbortSignal): boolean {
  return (held.reason as { readonly code?: unknown } | undefined)?.code === "LOCK_LOST";
}
