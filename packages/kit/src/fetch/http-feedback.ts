import { type Clock, parseRetryAfter, readReply, systemClock } from "@sluice/core";
import type { FeedbackRule } from "../rate-limit/feedback.js";

/** How long a refusal that does not say when holds its buckets. Unit: milliseconds. */
const UNTOLD_MS = 1000;

/**
 * The rule for plain HTTP: a 429, or a 503 that says when to come back, pauses the buckets of the call in the whole fleet. A 429
 * that does not say when pauses for a second.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6585#section-4 and https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function httpFeedback(clock: Clock = systemClock): FeedbackRule {
  return (_call, settled) => {
    const { status, headers } = readReply("result" in settled ? settled.result : settled.error);
    if (status !== 429 && status !== 503) return undefined;
    const said = parseRetryAfter(headers?.get("retry-after"), clock.wallNow());
    const refused = status === 429;
    if (said.kind === "delay") return { retryAfterMs: said.delayMs, refused };
    return refused ? { retryAfterMs: UNTOLD_MS, refused } : undefined;
  };
}
