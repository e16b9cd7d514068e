import type { V1Job } from "@kubernetes/client-node";
import type { RunJobOptions } from "./options.js";

/** Runs jobs on a cluster, at most so many at a time. */
export interface JobRunner {
  /**
   * Creates the job and waits until it is complete.
   *
   * @returns the job as it was when complete.
   * @throws JobFailedError when the job failed; BackingOffError when it did so lately, with the time that is left.
   * @throws LimitExceededError or QueueFullError ("concurrent job limit reached") when as many run, or wait, as may.
   * @throws ConfigError when the job has no name; ApiException when the server refuses it; the signal's reason.
   */
  run(job: V1Job, options?: RunJobOptions): Promise<V1Job>;
  /** Jobs of this process that hold a place, or would hold one if limits were in force. */
  readonly active: number;
  /** Jobs of this process that wait for a place. */
  readonly waiting: number;
  /** Gives up the places of jobs that were left to themselves. */
  close(): void;
}
