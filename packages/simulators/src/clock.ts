/**
 * A source of time. Readings never go back.
 *
 * @public
 */
export interface Clock {
  /** Now. Unit: milliseconds, from a start of the clock's own choosing. */
  nowMs(): number;
}

/** A clock that stands still until it is told to move; for tests. @public */
export interface ManualClock extends Clock {
  /** Moves the clock on. Unit: milliseconds, >= 0. */
  advance(byMs: number): void;
}

/** The process's monotonic clock. @public */
export const monotonicClock: Clock = { nowMs: () => performance.now() };

/** Unix time; the one place where it is read. @public */
export const wallClock: Clock = { nowMs: () => Date.now() };

/**
 * A clock that starts at 0 now and runs `speed` times as fast as the one given. Readings are rounded down to 1/1024 ms:
 * sums and differences of such numbers are exact, so two checks of the same readings never disagree by a rounding.
 *
 * @public
 */
export function scaledClock(clock: Clock, speed: number): Clock {
  const startMs = clock.nowMs();
  return { nowMs: () => Math.floor((clock.nowMs() - startMs) * speed * grain) / grain };
}

/** Parts of a millisecond that a scaled clock tells apart. */
const grain = 1024;

/** A clock for tests, which moves only when told. @public */
export function manualClock(startMs = 0): ManualClock {
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    advance(byMs) {
      if (!(byMs >= 0)) throw new RangeError(`byMs must be a number >= 0, got ${byMs}`);
      nowMs += byMs;
    },
  };
}
