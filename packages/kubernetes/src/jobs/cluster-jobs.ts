import { ApiException, type BatchV1Api, type V1Job } from "@kubernetes/client-node";
import { isSluiceError } from "@sluice/core";
import { asRepeatable } from "../client/logical-call.js";
import { JobFailedError } from "./job-failed-error.js";
import type { JobPlan } from "./plan.js";

/** Creates the job, or finds it when the answer to its creation was lost. */
export async function createOnce(api: BatchV1Api, plan: JobPlan, signal: AbortSignal): Promise<V1Job> {
  const { namespace, body } = plan;
  try {
    return await asRepeatable(() => api.createNamespacedJob({ namespace, body }));
  } catch (error) {
    const status = statusOf(error);
    const refused = status !== undefined && status >= 400 && status < 500 && status !== 409;
    if (signal.aborted || refused || isOurRefusal(error)) throw error;
    // Of an earlier attempt, or of somebody else?
    const found = await readJob(api, plan).catch(() => undefined);
    if (found !== undefined && plan.isOurs(found)) return found;
    throw error;
  }
}

export function readJob(api: BatchV1Api, { namespace, name }: JobPlan): Promise<V1Job> {
  return api.readNamespacedJob({ namespace, name });
}

/** Deletes the job; one that is gone is as good. */
export async function deleteJob(
  api: BatchV1Api,
  { namespace, name }: JobPlan,
  propagationPolicy: string,
): Promise<void> {
  try {
    await asRepeatable(() => api.deleteNamespacedJob({ namespace, name, propagationPolicy }));
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
}

/**
 * The job when it is complete; undefined while it runs.
 *
 * @throws JobFailedError when it failed.
 */
export function doneOf(job: V1Job, namespace: string): V1Job | undefined {
  for (const { type, status, reason, message } of job.status?.conditions ?? []) {
    if (status !== "True") continue;
    if (type === "Complete") return job;
    if (type === "Failed") throw new JobFailedError(namespace, job, reason, message);
  }
  return undefined;
}

/** Whether looking again may help: the job goes on whatever became of one look at it. */
export function mayPass(error: unknown): boolean {
  if (error instanceof JobFailedError) return false;
  if (isSluiceError(error)) return passing.has(error.code);
  const status = statusOf(error);
  return status === undefined || status === 408 || status === 429 || status >= 500;
}

const passing: ReadonlySet<string> = new Set([
  "LIMIT_EXCEEDED",
  "DEADLINE_EXCEEDED",
  "STORE_UNAVAILABLE",
  "CIRCUIT_OPEN",
]);

/** Refused by us: nothing was sent. */
function isOurRefusal(error: unknown): boolean {
  return isSluiceError(error) && error.code !== "DEADLINE_EXCEEDED";
}

export function statusOf(error: unknown): number | undefined {
  return error instanceof ApiException ? error.code : undefined;
}
