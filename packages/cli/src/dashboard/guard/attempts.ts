import type { Clock } from "@sluice/core";

/** Counts what may happen only so often within a minute. */
export interface Attempts {
  /** Whether the minute has room for one more; 0, or how long until it has. Unit: milliseconds. */
  waitMs(): number;
  /** Counts one. @returns how many there were in this minute. */
  count(): number;
}

const MINUTE_MS = 60_000;

/** At most so many a minute; the minute begins with the first of them. */
export function createAttempts(most: number, clock: Clock): Attempts {
  let beganMs = Number.NEGATIVE_INFINITY;
  let counted = 0;
  const leftMs = (): number => beganMs + MINUTE_MS - clock.now();
  return {
    waitMs: () => (counted >= most ? Math.max(0, leftMs()) : 0),
    count() {
      if (leftMs() <= 0) {
        beganMs = clock.now();
        counted = 0;
      }
      counted += 1;
      return counted;
    },
  };
}
