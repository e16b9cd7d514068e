import type { Clock } from "../clock.js";

/** Real moments at which windows end. */
export interface ResetStamps {
  /** Unit: seconds of Unix time, rounded up. `key` names the meter, `resetMs` is in limit-clock milliseconds. */
  secondsOf(key: string, resetMs: number, nowMs: number): number;
}

/** Remembers what it said of each window: the two clocks may drift apart, and a window must not seem to move while it lasts. */
export function resetStamps(wallClock: Clock, speed: number): ResetStamps {
  const stamps = new Map<string, { readonly resetMs: number; readonly seconds: number }>();
  return {
    secondsOf(key, resetMs, nowMs) {
      const known = stamps.get(key);
      if (known?.resetMs === resetMs) return known.seconds;
      const seconds = Math.ceil((wallClock.nowMs() + (resetMs - nowMs) / speed) / 1_000);
      stamps.set(key, { resetMs, seconds });
      return seconds;
    },
  };
}
