import type { Feedback, FeedbackRule } from "@sluice/kit";
import type { AwsQuota } from "./aws-quota.js";
import { askedToWaitMs } from "./retry-after.js";
import { isForTheRate, isThrottling } from "./throttling.js";

/** Longest pause that a refusal is believed. Unit: milliseconds. */
const LONGEST_PAUSE_MS = 600_000;

/**
 * A refusal pauses the bucket that is most the request's own for as long as it says, and lowers that bucket for the fleet until, within
 * a minute, the whole is tried again. Of actions without a published limit it pauses the bucket for a moment even when it does not say. AWS tells nothing else about its limits.
 */
export function createFeedback({ own, pauseMs }: Omit<AwsQuota, "charges">, wallNow: () => number): FeedbackRule {
  return (call, settled): Feedback | undefined => {
    if (!("error" in settled) || !isThrottling(settled.error)) return undefined;
    const refused = isForTheRate(settled.error);
    const waitMs = askedToWaitMs(settled.error, wallNow()) ?? (refused ? pauseMs(call) : 0);
    return {
      charges: own(call),
      refused,
      ...(waitMs <= 0 ? {} : { retryAfterMs: Math.min(LONGEST_PAUSE_MS, waitMs) }),
    };
  };
}
