import type { Feedback, FeedbackRule } from "@sluice/kit";
import { requestOf } from "../operations/request.js";
import type { GitHubQuota } from "./github-quota.js";
import { replyOf, type Throttle, throttleOf, untilReset } from "./throttle.js";

/** Longest pause that an answer is believed: the longest window, and some. Unit: milliseconds. */
const LONGEST_PAUSE_MS = 3_660_000;

/**
 * What the answers say: `x-ratelimit-remaining` lowers its resource until the reset, and closes it at 0; a secondary limit closes
 * everything; a 304 to somebody who said who they are was not counted.
 *
 * @param quota - undefined when the user brought one of their own, whose buckets are all paused alike.
 */
export function createFeedback(quota: GitHubQuota | undefined, wallNow: () => number): FeedbackRule {
  return (call, settled): readonly Feedback[] => {
    const reply = replyOf("result" in settled ? settled.result : settled.error);
    if (reply === undefined) return [];
    const wallNowMs = wallNow();
    const throttle = throttleOf(reply, wallNowMs);
    const words: Feedback[] = [];
    if (quota === undefined) {
      if (throttle !== undefined) words.push(pause(throttle));
      return words;
    }
    const { answer } = requestOf(call);
    if (answer?.status === 304 && answer.authorized) words.push({ charges: quota.primary(call), refund: true });
    const { headers } = reply;
    const remaining = headers.get("x-ratelimit-remaining");
    const charges = quota.primary(call, headers.get("x-ratelimit-resource") ?? undefined);
    if (remaining !== null && /^\d{1,9}$/.test(remaining) && charges.length > 0)
      words.push({ charges, ...standing(Number(remaining), untilReset(headers, wallNowMs)) });
    if (throttle?.kind === "secondary") words.push({ charges: quota.secondary(call), ...pause(throttle) });
    else if (throttle !== undefined) words.push({ charges, ...pause(throttle) });
    return words;
  };
}

function pause({ retryAfterMs }: Throttle): Feedback {
  return retryAfterMs === 0
    ? { refused: true }
    : { retryAfterMs: Math.min(LONGEST_PAUSE_MS, retryAfterMs), refused: true };
}

/**
 * What is left, and until when: GitHub's window is another one than ours, whatever strangers used of it. With nothing left, all wait for
 * its end; that was let out, not refused.
 */
function standing(remaining: number, resetMs: number | undefined): Feedback {
  if (resetMs === undefined) return { remaining };
  const remainingForMs = Math.min(LONGEST_PAUSE_MS, resetMs);
  return remaining > 0 || resetMs === 0
    ? { remaining, remainingForMs }
    : { remaining, remainingForMs, retryAfterMs: remainingForMs, refused: false };
}
