import { anObject, between, ConfigError, wholeBetween } from "@sluice/core";

/** Tokens drip in at a steady rate up to a full bucket; an idle bucket admits a burst at once. */
export interface TokenBucketLimit {
  readonly kind: "tokenBucket";
  /** Tokens per second. */
  readonly refillRate: number;
  /** Tokens in a full bucket. */
  readonly burst: number;
}

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
  anObject("options", options, "{ refillRate, burst? }");
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

// A million micro-tokens each must stay exact in a double, with room for a debt of the same size.
const MOST_TOKENS = 2e9;
const LONGEST_REFILL_S = 30 * 365 * 86_400;
