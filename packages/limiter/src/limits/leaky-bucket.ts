import { anObject, between } from "@sluice/core";

/** One at a time, evenly spaced: what costs one token keeps the next caller waiting for `1 / rate` seconds, whatever came before. */
export interface LeakyBucketLimit {
  readonly kind: "leakyBucket";
  /** Tokens per second. */
  readonly rate: number;
}

/** Numbers of a leaky bucket. */
export interface LeakyBucketOptions {
  /**
   * Tokens that leave per second. A call of cost 3 is followed by three times the space.
   * Unit: tokens per second. Range: 1e-6 to 1e6.
   */
  readonly rate: number;
}

/**
 * Even spacing, without bursts: the leaky bucket as a meter that holds one call (ITU-T I.371, where it is also called GCRA with no
 * burst tolerance).
 *
 * @throws ConfigError `CONFIG_INVALID` naming the option that is out of range.
 */
export function leakyBucket(options: LeakyBucketOptions): LeakyBucketLimit {
  anObject("options", options, "{ rate }");
  const rate = between("rate", options.rate, 1e-6, 1e6, "a number of tokens per second from 1e-6 to 1e6");
  return Object.freeze({ kind: "leakyBucket", rate });
}
