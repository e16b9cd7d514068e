import { parseRetryAfter } from "@sluice/core";
import type { FeedbackRule } from "@sluice/kit";
import { isDisruptionBudget } from "../client/buffered-response.js";
import { readReply } from "../client/reply.js";

/** Longest pause that a Retry-After is believed. Unit: milliseconds. */
const LONGEST_PAUSE_MS = 600_000;

/**
 * A 429 pauses the cluster's bucket in the whole fleet, and so does a 503 that says for how long. The refusal of an eviction for a
 * disruption budget has the same status and is about one pod.
 */
export function createFeedback(wallNow: () => number): FeedbackRule {
  return (_call, settled) => {
    const value = "result" in settled ? settled.result : settled.error;
    const { status, headers } = readReply(value);
    if ((status !== 429 && status !== 503) || isDisruptionBudget(value)) return undefined;
    const said = parseRetryAfter(headers?.get("retry-after") ?? null, wallNow());
    const refused = status === 429;
    if (said.kind === "delay" && said.delayMs > 0)
      return { retryAfterMs: Math.min(LONGEST_PAUSE_MS, said.delayMs), refused };
    return refused ? { refused } : undefined;
  };
}
