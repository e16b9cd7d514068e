import type { CustomLimit } from "../custom/custom-limit.js";
import type { ConcurrencyLimit } from "./concurrency.js";
import type { LeakyBucketLimit } from "./leaky-bucket.js";
import type { TokenBucketLimit } from "./token-bucket.js";
import type { FixedWindowLimit, SlidingWindowCounterLimit, SlidingWindowLimit } from "./windows.js";

/** An algorithm with its numbers, as plain data. */
export type Limit =
  | TokenBucketLimit
  | LeakyBucketLimit
  | SlidingWindowLimit
  | FixedWindowLimit
  | SlidingWindowCounterLimit
  | ConcurrencyLimit
  | CustomLimit;

/** The most tokens that can ever be granted at one instant; 1 for even spacing, the places of a concurrency limit. */
export function capacityOf(limit: Limit): number {
  switch (limit.kind) {
    case "tokenBucket":
      return limit.burst;
    case "leakyBucket":
      return 1;
    case "concurrency":
      return limit.max;
    case "custom":
      return limit.capacity ?? Number.POSITIVE_INFINITY;
    default:
      return limit.limit;
  }
}

/** The largest cost that waiting can satisfy: the capacity, but for even spacing, where a dear call keeps the next one waiting. */
export function largestCostOf(limit: Limit): number {
  return limit.kind === "leakyBucket" ? Math.min(2e9, Math.floor(limit.rate * LONGEST_SPACING_S)) : capacityOf(limit);
}

/** Average tokens per second; `Infinity` for a concurrency limit, whose places come back when they are released. */
export function rateOf(limit: Limit): number {
  switch (limit.kind) {
    case "tokenBucket":
      return limit.refillRate;
    case "leakyBucket":
      return limit.rate;
    case "concurrency":
      return Number.POSITIVE_INFINITY;
    case "custom":
      return limit.rate ?? Number.POSITIVE_INFINITY;
    default:
      return (limit.limit * 1000) / limit.windowMs;
  }
}

/** The limit as one text; equal numbers give equal texts. */
export function numbersOf(limit: Limit): string {
  switch (limit.kind) {
    case "tokenBucket":
      return `t${limit.refillRate}/${limit.burst}`;
    case "leakyBucket":
      return `l${limit.rate}`;
    case "concurrency":
      return `c${limit.max}/${limit.leaseMs}`;
    case "custom":
      return `x${limit.name.length}:${limit.name}`;
    default:
      return `${letters[limit.kind]}${limit.limit}/${limit.windowMs}`;
  }
}

const letters = { slidingWindow: "w", fixedWindow: "f", slidingWindowCounter: "s" } as const;
const LONGEST_SPACING_S = 30 * 365 * 86_400;
