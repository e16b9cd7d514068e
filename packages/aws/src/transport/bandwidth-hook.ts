import { type Call, type Clock, type Hook, LimitExceededError } from "@sluice/core";
import type { Limiter, TokenBucketLimit } from "@sluice/limiter";
import { requestOf } from "../operations/request.js";
import { upBucket } from "./throttled-bodies.js";

/** What the hook is made of. */
export interface BandwidthHookOptions {
  readonly up: TokenBucketLimit;
  readonly limiterFor: (account: string) => Limiter;
  /** Whether limits hold now. */
  readonly enforced: () => boolean;
  readonly clock: Clock;
}

/**
 * Says no before anything is taken or sent, where the bytes of a body that goes out in slices cannot all be granted before the deadline:
 * those that went until then would be lost to others. Others who send at the same time are not foreseen, and a body of unknown length is
 * left to the deadline.
 */
export function bandwidthHook({ up, limiterFor, enforced, clock }: BandwidthHookOptions): Hook {
  return {
    name: "bandwidth",
    stage: "attempt",
    async before(call) {
      const { bodyBytes, leastBytes: bytes = bodyBytes } = requestOf(call);
      if (bytes === undefined || bytes === 0 || call.deadlineMs === Number.POSITIVE_INFINITY) return;
      // What fits into the bucket is charged as a whole, and refused as such.
      if (bodyBytes !== undefined && bodyBytes <= up.burst) return;
      if (!enforced()) return;
      const neededMs = await waitFor(bytes, up, limiterFor(call.account));
      const leftMs = Math.max(0, call.deadlineMs - clock.now());
      if (neededMs > leftMs) throw refusal(call, bytes, neededMs, leftMs);
    },
  };
}

/** How long until the last of the bytes could be granted; 0 where nobody knows. Unit: milliseconds. */
async function waitFor(bytes: number, limit: TokenBucketLimit, limiter: Limiter): Promise<number> {
  const { buckets } = await limiter.inspect({ bucket: upBucket, limit });
  const sight = buckets[0];
  // While the store is away others decide, and what they have is not known.
  if (sight === undefined || !(sight.mode === "memory" || sight.mode === "shared")) return 0;
  const { left, nextSlotMs } = sight;
  if (left === null || nextSlotMs === null) return 0;
  const [there, fromMs] = left > 0 ? [left, 0] : [1, nextSlotMs];
  return fromMs + ((bytes - there) * 1000) / limit.refillRate;
}

function refusal({ provider, account, operation }: Call, bytes: number, neededMs: number, leftMs: number): Error {
  const time = `${bytes} bytes take ${Math.ceil(neededMs)} ms, and ${Math.floor(leftMs)} ms are left`;
  return new LimitExceededError({
    bucket: upBucket,
    retryAfterMs: neededMs,
    provider,
    account,
    reason: `${operation}: ${time}`,
  });
}
