import { parseRetryAfter, readReply } from "@sluice/core";
import type { FeedbackRule } from "@sluice/kit";

/** Longest pause that a Retry-After is believed. Unit: milliseconds. */
const LONGEST_PAUSE_MS = 600_000;

/**
 * Keycloak has no rate limit; a proxy in front of it may. Its 429 pauses the buckets of the call in the whole fleet, and so does
 * a 503 that says for how long.
 */
export function createFeedback(wallNow: () => number): FeedbackRule {
  return (_call, settled) => {
    const { status, headers } = readReply("result" in settled ? settled.result : settled.error);
    if (status !== 429 && status !== 503) return undefined;
    const said = parseRetryAfter(headers?.get("retry-after") ?? null, wallNow());
    const refused = status === 429;
    if (said.kind === "delay" && said.delayMs > 0)
      return { retryAfterMs: Math.min(LONGEST_PAUSE_MS, said.delayMs), refused };
    return refused ? { refused } : undefined;
  };
}
