import { isSluiceError } from "@sluice/core";
import { capacityProblem, type Problem } from "./problem.js";

/** A refusal of one of our guards, told to a client: its status, and whose business it is. */
const refusals: Readonly<Record<string, readonly [status: number, title: string, detail: string]>> = {
  BACKING_OFF: [429, "Failed a short while ago", "The same work failed a short while ago and is not tried again yet."],
  LIMIT_EXCEEDED: [429, "Too many requests", "There is no room for this at the moment."],
  QUEUE_FULL: [503, "Too many requests at a time", "As many wait already as may."],
  CIRCUIT_OPEN: [503, "Service unavailable", "What this needs has failed lately and is left alone for a while."],
  PROCESS_OVERLOADED: [503, "Service unavailable", "This server is too busy at the moment."],
  STORE_UNAVAILABLE: [503, "Service unavailable", "Limits cannot be checked at the moment."],
};

/**
 * What a handler answers when one of our guards refused the work of a request: back-off, breaker, queue, limiter, load, store. Names nothing of
 * what was guarded.
 *
 * @param status - another one, such as 409 for work that a client may not repeat yet.
 * @returns undefined for any other error.
 */
export function problemOfError(
  error: unknown,
  status?: number,
): (Problem & { readonly retryAfter: number }) | undefined {
  if (!isSluiceError(error)) return undefined;
  const known = refusals[error.code];
  if (known === undefined) return undefined;
  const waitMs = "retryAfterMs" in error && typeof error.retryAfterMs === "number" ? error.retryAfterMs : 1000;
  const [usual, title, detail] = known;
  return capacityProblem(status ?? usual, title, detail, Number.isFinite(waitMs) ? waitMs : 1000);
}
