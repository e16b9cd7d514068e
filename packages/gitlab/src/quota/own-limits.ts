import { getMatchingRateLimiter, type RateLimiterFn, type RateLimitOptions } from "@gitbeaker/requester-utils";
import { ConfigError, positive, wholeBetween } from "@sluice/core";
import { type Charge, type Limit, type Quota, slidingWindow } from "@sluice/limiter";
import { requestOf } from "../operations/request.js";

/**
 * gitbeaker's own `rateLimits` as charges beside the published ones: the same patterns, matched by the SDK itself, kept by the whole
 * fleet instead of by each resource of each client.
 *
 * @param durationSeconds - the window of all of them, `rateLimitDuration`.
 * @throws ConfigError when a limit or the duration is out of range.
 */
export function createOwnLimits(
  rateLimits: RateLimitOptions | undefined,
  durationSeconds: number | undefined,
  server: string,
): Quota {
  const windowMs = Math.ceil(positive("rateLimitDuration", durationSeconds ?? 60) * 1000);
  const charges = new Map<RateLimiterFn, Charge>();
  const marks: Record<string, RateLimiterFn | { method: string; limit: RateLimiterFn }> = {};
  for (const [pattern, own] of Object.entries(checkShape(rateLimits ?? {}))) {
    const option = `rateLimits["${pattern}"]`;
    const limit: Limit = slidingWindow({
      limit: wholeBetween(option, typeof own === "number" ? own : own?.limit, 1, 100_000),
      windowMs,
    });
    const mark: RateLimiterFn = () => Promise.resolve(0);
    charges.set(mark, { bucket: `rateLimits:${pattern}${server}`, limit });
    marks[pattern] = typeof own === "number" ? mark : { method: own.method, limit: mark };
  }
  if (charges.size === 0) return () => [];
  return (call) => {
    const request = requestOf(call);
    if (request === undefined) return [];
    const charge = charges.get(getMatchingRateLimiter(request.endpoint, marks, request.verb));
    return charge === undefined ? [] : [charge];
  };
}

function checkShape(rateLimits: RateLimitOptions): RateLimitOptions {
  if (typeof rateLimits === "object" && rateLimits !== null) return rateLimits;
  throw new ConfigError({ option: "rateLimits", accepted: "an object of patterns", value: rateLimits });
}
