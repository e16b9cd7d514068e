import { anObject, wholeBetween } from "@sluice/core";

/**
 * A provider counts a request when it arrives; one that is answered later than this after its grant was counted before. Unit:
 * milliseconds.
 */
export const LONGEST_WAY_MS = 2_000;

/** No window of the given length, wherever it begins, holds more than the limit. Exact: every grant is remembered. */
export interface SlidingWindowLimit {
  readonly kind: "slidingWindow";
  /** Tokens in any one window. */
  readonly limit: number;
  /** Length of the window. Unit: milliseconds. */
  readonly windowMs: number;
}

/**
 * A window opens with the first token after a rest; the next ones follow it without gaps. Cheap, and as many providers count, but
 * the end of one window and the beginning of the next may together hold twice the limit.
 */
export interface FixedWindowLimit {
  readonly kind: "fixedWindow";
  /** Tokens in each window. */
  readonly limit: number;
  /** Length of the window. Unit: milliseconds. */
  readonly windowMs: number;
}

/**
 * Two counts instead of every grant: the window before is taken to be spread evenly, and counts by the part of it that the sliding
 * window still covers. Exact for even traffic; at worst, after a burst at a window's end, a sliding window holds less than twice the limit.
 */
export interface SlidingWindowCounterLimit {
  readonly kind: "slidingWindowCounter";
  /** Tokens in the sliding window, by estimate. */
  readonly limit: number;
  /** Length of the window. Unit: milliseconds. */
  readonly windowMs: number;
}

/** Numbers of an exact sliding window. */
export interface SlidingWindowOptions {
  /** Tokens in any one window. Range: whole numbers 1 to 100000; each grant is kept until it leaves the window. */
  readonly limit: number;
  /** Unit: milliseconds. Range: whole numbers 1 to 31 days. */
  readonly windowMs: number;
}

/** Numbers of a window that is only counted. */
export interface CountedWindowOptions {
  /** Tokens in a window. Range: whole numbers 1 to 2e9. */
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
  return Object.freeze({ kind: "slidingWindow", ...windowNumbers(options, 100_000) });
}

/**
 * A fixed window.
 *
 * @throws ConfigError `CONFIG_INVALID` naming the option that is out of range.
 */
export function fixedWindow(options: CountedWindowOptions): FixedWindowLimit {
  return Object.freeze({ kind: "fixedWindow", ...windowNumbers(options, 2e9) });
}

/**
 * A sliding window by two counts.
 *
 * @throws ConfigError `CONFIG_INVALID` naming the option that is out of range.
 */
export function slidingWindowCounter(options: CountedWindowOptions): SlidingWindowCounterLimit {
  return Object.freeze({ kind: "slidingWindowCounter", ...windowNumbers(options, 2e9) });
}

function windowNumbers(options: CountedWindowOptions, most: number): { limit: number; windowMs: number } {
  anObject("options", options, "{ limit, windowMs }");
  return {
    limit: wholeBetween("limit", options.limit, 1, most),
    windowMs: wholeBetween("windowMs", options.windowMs, 1, 31 * 86_400_000),
  };
}
