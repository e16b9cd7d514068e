import { isSluiceError, LimitExceededError } from "@sluice/core";
import { QueueFullError } from "@sluice/limiter";

const REACHED = "concurrent job limit reached";

/** The refusal of a place, saying what it is about; anything else as it is. */
export function limitReached(error: unknown, cluster: string): unknown {
  if (!isSluiceError(error)) return error;
  if (error.code === "LIMIT_EXCEEDED") {
    const { bucket, retryAfterMs } = error as unknown as LimitExceededError;
    return new LimitExceededError({ bucket, retryAfterMs, provider: "kubernetes", account: cluster, reason: REACHED });
  }
  if (error.code === "QUEUE_FULL") {
    const { maxWaiting, retryAfterMs } = error as unknown as QueueFullError;
    const named = new QueueFullError(maxWaiting, retryAfterMs);
    named.message = `${REACHED}: ${named.message}`;
    return named;
  }
  return error;
}
