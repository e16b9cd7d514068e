import { parseRetryAfter } from "@sluice/core";
import type { Feedback, FeedbackRule } from "@sluice/kit";
import type { Quota } from "@sluice/limiter";
import { isThrottled } from "../client/buffered-response.js";

/** Longest pause that a Retry-After is believed. Unit: milliseconds. */
const LONGEST_PAUSE_MS = 600_000;

/**
 * A 429, or a 200 that says so in its body, pauses the method: its own buckets, and not those that other methods share with it.
 * Nothing else is told by Slack.
 */
export function createFeedback(own: Quota, wallNow: () => number): FeedbackRule {
  return (call, settled): Feedback | undefined => {
    if (!("result" in settled) || !isThrottled(settled.result)) return undefined;
    const said = parseRetryAfter(settled.result.headers.get("retry-after"), wallNow());
    return said.kind === "delay" && said.delayMs > 0
      ? { charges: own(call), retryAfterMs: Math.min(LONGEST_PAUSE_MS, said.delayMs) }
      : undefined;
  };
}
