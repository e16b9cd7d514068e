import type { Clock, Random } from "@sluice/core";
import type { VirtualClock } from "./virtual-clock.js";

/** How far the processes are from the store, and how coarse their timers are. */
export interface Distance {
  /** There and back, on average. Unit: milliseconds. */
  readonly roundTripMs: number;
  /** Each way differs by up to this part of its average. Range: 0 to 1. */
  readonly jitter: number;
  /** A process is woken up to this much later than it asked. Unit: milliseconds. */
  readonly timerGrainMs: number;
}

/** The ways of one connection; messages never overtake one another. */
export interface Connection {
  there(deliver: () => void): void;
  back(deliver: () => void): void;
}

export function createConnection(clock: VirtualClock, { roundTripMs, jitter }: Distance, random: Random): Connection {
  let lastThereMs = 0;
  let lastBackMs = 0;
  const arrivalMs = (): number => clock.now() + (roundTripMs / 2) * (1 + jitter * (2 * random() - 1));
  return {
    there(deliver) {
      lastThereMs = Math.max(lastThereMs, arrivalMs());
      clock.post(deliver, lastThereMs);
    },
    back(deliver) {
      lastBackMs = Math.max(lastBackMs, arrivalMs());
      clock.setTimer(deliver, lastBackMs - clock.now());
    },
  };
}

/** The clock as one process sees it: timers count whole milliseconds, rounded up, and fire a little late. */
export function processClock(clock: VirtualClock, { timerGrainMs }: Distance, random: Random): Clock {
  return {
    now: clock.now,
    wallNow: clock.wallNow,
    setTimer: (callback, delayMs) =>
      clock.setTimer(callback, Math.max(1, Math.ceil(delayMs)) + random() * timerGrainMs),
  };
}
