import type { V1Job } from "@kubernetes/client-node";

/** The job ran, and failed. */
export class JobFailedError extends Error {
  readonly code = "JOB_FAILED";
  readonly namespace: string;
  readonly job: V1Job;
  /** The condition's own word: `BackoffLimitExceeded`, `DeadlineExceeded`. */
  readonly reason: string | undefined;

  constructor(namespace: string, job: V1Job, reason: string | undefined, said: string | undefined) {
    const why = [reason, said].filter((part) => part !== undefined && part !== "").join(": ");
    super(`Job ${namespace}/${job.metadata?.name ?? "?"} failed${why === "" ? "" : ` (${why})`}`);
    this.name = "JobFailedError";
    this.namespace = namespace;
    this.job = job;
    this.reason = reason;
  }
}
