import { between, ConfigError, wholeBetween } from "@sluice/core";

/** Tokens drip in at a steady rate up to a full bucket; an idle bucket admits a burst at once. */
export interface TokenBucketLimit {
  readonly kind: "tokenBucket";
  /** Tokens per second. */
  readonly refillRate: number;
  /** Tokens in a full bucket. */
  readonly burst: number;
}

/** No window of the given length, wherever it begins, holds more than the limit. Exact: every grant is remembered. */
export interface SlidingWindowLimit {
  readonly kind: "slidingWindow";
  /** Tokens in any one window. */
  readonly limit: number;
  /** Length of the window. Unit: milliseconds. */
  readonly windowMs: number;
}

/** An algorithm with its numbers, as plain data. */
export type Limit = TokenBucketLimit | SlidingWindowLimit;

/** Numbers of a token bucket. */
export interface TokenBucketOptions {
  /**
   * Tokens added per second.
   * Unit: tokens per second. Range: 1e-6 to 1e9.
   */
  readonly refillRate: number;
  /**
   * Largest burst an idle bucket admits at once.
   * Unit: tokens. Range: whole numbers 1 to 2e9, and small enough to refill within 30 years.
   *
   * @defaultValue `refillRate`, rounded up
   */
  readonly burst?: number;
}

/**
 * A token bucket.
 *
 * @throws ConfigError `CONFIG_INVALID` naming the option that is out of range.
 */
export function tokenBucket(options: TokenBucketOptions): TokenBucketLimit {
  const refillRate = between(
    "refillRate",
    options.refillRate,
    1e-6,
    1e9,
    "a number of tokens per second from 1e-6 to 1e9",
  );
  const burst = wholeBetween("burst", options.burst ?? Math.ceil(refillRate), 1, MOST_TOKENS);
  if (burst / refillRate > LONGEST_REFILL_S) {
    throw new ConfigError({
      option: "burst",
      accepted: `a bucket that refills within 30 years (${LONGEST_REFILL_S} s)`,
      value: burst,
    });
  }
  return Object.freeze({ kind: "tokenBucket", refillRate, burst });
}

/** Numbers of a sliding window. */
export interface SlidingWindowOptions {
  /** Tokens in any one window. Range: whole numbers 1 to 100000; each grant is kept until it leaves the window. */
  readonly limit: number;
  /** Unit: milliseconds. Range: whole numbers 1 to 31 days. */
  readonly windowMs: number;
}

/**
 * An exact sliding window.
 *
 * @throws ConfigError `CONFIG_INVALID` naming the option that is out of range.
 */
export function slidingWindow(options: SlidingWindowOptions): SlidingWindowLimit {
  return Object.freeze({
    kind: "slidingWindow",
    limit: wholeBetween("limit", options.limit, 1, 100_000),
    windowMs: wholeBetween("windowMs", options.windowMs, 1, 31 * 86_400_000),
  });
}

/** The most tokens that can ever be granted at once. */
export function capacityOf(limit: Limit): number {
  return limit.kind === "tokenBucket" ? limit.burst : limit.limit;
}

/** Average tokens per second. */
export function rateOf(limit: Limit): number {
  return limit.kind === "tokenBucket" ? limit.refillRate : (limit.limit * 1000) / limit.windowMs;
}

/** The limit as one text; equal numbers give equal texts. */
export function numbersOf(limit: Limit): string {
  return limit.kind === "tokenBucket" ? `t${limit.refillRate}/${limit.burst}` : `w${limit.limit}/${limit.windowMs}`;
}

// A million micro-tokens each must stay exact in a double, with room for a debt of the same size.
const MOST_TOKENS = 2e9;
const LONGEST_REFILL_S = 30 * 365 * 86_400;
