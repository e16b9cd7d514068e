/**
 * What one limit remembers of the requests it let through. Times come from the caller and never go back.
 *
 * @public
 */
export interface Counter {
  /** When one more request fits: `nowMs` itself if it fits now, else the first later moment. */
  freeAtMs(nowMs: number): number;
  /** Counts one request at a moment at which it fits. */
  take(atMs: number): void;
  /** Whether nothing it remembers matters any more, so that a new counter would do as well. */
  isFresh(nowMs: number): boolean;
}

/** The window that published limits speak of: one minute. Unit: milliseconds. @public */
export const minuteMs = 60_000;

/** Makes the counter of a limit that publishes so many requests per minute. */
export type CounterFactory = (perMinute: number) => Counter;
