import { LimitExceededError } from "@sluice/core";
import { abandon, freeGrant } from "../limiter/grant.js";
import type { Grant } from "../limiter/limiter.js";
import type { Admission, Refusal } from "./strategy.js";

/** The limiter's answer for now: a grant with the tokens left, or a refusal. */
export async function askNow({
  limiter,
  charges,
  signal,
}: Admission): Promise<{ readonly grant: Grant; readonly remaining: number } | Refusal> {
  signal?.throwIfAborted();
  const decision = await limiter.tryAcquire(charges);
  if (decision.kind === "allowed") {
    const grant = decision.grant ?? freeGrant;
    if (signal?.aborted === true) return abandon(grant, signal);
    return { grant, remaining: decision.remaining };
  }
  const retryAfterMs = decision.kind === "delayed" ? decision.retryAfterMs : Number.POSITIVE_INFINITY;
  return { decision, bucket: decision.bucket, retryAfterMs };
}

/** The refusal as an error. */
export function refusalError({ bucket, retryAfterMs, decision }: Refusal, reason?: string): LimitExceededError {
  const never = decision.kind === "impossible" ? `the cost is above the burst of ${decision.burst}` : undefined;
  return new LimitExceededError({ bucket, retryAfterMs, reason: never ?? reason });
}
