import type { Random } from "../clock/random.js";

/** How long to wait before a retry. */
export interface BackoffOptions {
  /** Upper bound of the first wait. Unit: milliseconds. */
  readonly baseMs: number;
  /** Upper bound of every wait. Unit: milliseconds. */
  readonly capMs: number;
}

/**
 * Full jitter: a wait anywhere between 0 and `min(capMs, baseMs * 2^(retry - 1))`, so that callers who failed together do
 * not come back together.
 *
 * @param retry - counted from 1.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ (read 2026-11)
 */
export function fullJitter(retry: number, options: BackoffOptions, random: Random): number {
  return random() * Math.min(options.capMs, options.baseMs * 2 ** (retry - 1));
}
