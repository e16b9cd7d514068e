import type { BatchV1Api, V1Job } from "@kubernetes/client-node";
import type { Clock, Random } from "@sluice/core";
import { doneOf, mayPass, readJob, statusOf } from "./cluster-jobs.js";
import type { JobRunnerConfig } from "./options.js";
import type { JobPlan } from "./plan.js";

/** What following a job takes. */
export interface Following {
  readonly api: BatchV1Api;
  readonly plan: JobPlan;
  readonly config: Pick<JobRunnerConfig, "minPollMs" | "maxPollMs">;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Looks at the job until it is complete, ever less often while it gets older.
 *
 * @throws JobFailedError when it failed; whatever a look at it came to that will not pass; the signal's reason.
 */
export async function followJob(following: Following, created: V1Job, signal: AbortSignal): Promise<V1Job> {
  const { api, plan, clock } = following;
  const startedMs = clock.now();
  let job: V1Job | undefined = created;
  for (;;) {
    const done = job === undefined ? undefined : doneOf(job, plan.namespace);
    if (done !== undefined) return done;
    await pause(following, clock.now() - startedMs, signal, true);
    job = await look(api, plan, signal);
  }
}

/** Waits until a job that was left to itself has ended, whatever way; does not keep the process alive. */
export async function lingerOn(following: Following, signal: AbortSignal): Promise<void> {
  const { api, plan, clock } = following;
  const startedMs = clock.now();
  while (!signal.aborted) {
    try {
      const job = await readJob(api, plan);
      if (doneOf(job, plan.namespace) !== undefined) return;
    } catch (error) {
      if (statusOf(error) === 404 || !mayPass(error)) return;
    }
    await pause(following, clock.now() - startedMs, signal, false).catch(() => {});
  }
}

/** Undefined when nothing could be seen this time. */
async function look(api: BatchV1Api, plan: JobPlan, signal: AbortSignal): Promise<V1Job | undefined> {
  try {
    return await readJob(api, plan);
  } catch (error) {
    if (signal.aborted || !mayPass(error)) throw error;
    return undefined;
  }
}

/** A quarter of the job's age, within bounds; a little early or late, so that jobs begun together are not looked at together. */
function pause(
  { config, clock, random }: Following,
  ageMs: number,
  signal: AbortSignal,
  keepsAlive: boolean,
): Promise<void> {
  const delayMs = Math.min(config.maxPollMs, Math.max(config.minPollMs, ageMs / 4)) * (0.9 + 0.2 * random());
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      timer.cancel();
      reject(signal.reason);
    };
    const timer = clock.setTimer(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, delayMs);
    if (!keepsAlive) timer.unref();
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
