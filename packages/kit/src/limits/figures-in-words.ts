import type { LimitFigures } from "@sluice/limiter";

/** Buckets of this size never hold anybody up: only a pause closes them. */
const OPEN_TOKENS = 1_000_000;

/** A limit in words: `50 in any 60.25 s`. */
export function figuresInWords(limit: LimitFigures): string {
  switch (limit.kind) {
    case "tokenBucket":
      return isOpen(limit)
        ? "no rate of its own; the provider's Retry-After pauses it"
        : `${rate(limit.refillRate)}, at most ${limit.burst} at once`;
    case "leakyBucket":
      return `${rate(limit.rate)}, evenly spaced`;
    case "slidingWindow":
      return `${limit.limit} in any ${seconds(limit.windowMs)}`;
    case "fixedWindow":
      return `${limit.limit} in each window of ${seconds(limit.windowMs)}`;
    case "slidingWindowCounter":
      return `about ${limit.limit} in any ${seconds(limit.windowMs)}`;
    case "concurrency":
      return `${limit.max} at a time`;
    case "custom":
      return `what the rule ${limit.name} says`;
  }
}

function isOpen({ refillRate, burst }: { readonly refillRate: number; readonly burst: number }): boolean {
  return refillRate >= OPEN_TOKENS && burst >= OPEN_TOKENS;
}

/** Slow rates are told by the minute: nobody reads 0.0166 per second. */
function rate(perSecond: number): string {
  return perSecond >= 1 ? `${short(perSecond)} per second` : `${short(perSecond * 60)} per minute`;
}

function seconds(ms: number): string {
  return `${short(ms / 1000)} s`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
