/**
 * The only place where time enters: everything that waits or measures takes a Clock, so logic can run on a fake one.
 */
export interface Clock {
  /** Milliseconds on a monotonic scale, fractions allowed; only differences mean anything. */
  now(): number;
  /** Milliseconds since the Unix epoch; only for reading dates that somebody else wrote. */
  wallNow(): number;
  /**
   * Calls back once, never before `delayMs` have passed on this clock. Any finite delay works, also beyond the
   * 2^31 - 1 ms after which a bare timer fires at once.
   */
  setTimer(callback: () => void, delayMs: number): Timer;
}

/** A pending callback. */
export interface Timer {
  /** Forgets the callback; harmless when it has run. */
  cancel(): void;
  /** Lets the process exit while this timer is pending. */
  unref(): void;
}

/** Longest delay that `setTimeout` keeps; Node turns anything above into 1 ms. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  setTimer(callback, delayMs) {
    const target = performance.now() + delayMs;
    let referenced = true;
    let handle: NodeJS.Timeout;
    const arm = (): void => {
      const left = target - performance.now();
      handle = setTimeout(fire, Math.min(Math.max(0, Math.ceil(left)), LONGEST_TIMEOUT_MS));
      if (!referenced) handle.unref();
    };
    // A timeout may fire a fraction of a millisecond early, and a long one was cut into pieces.
    const fire = (): void => (performance.now() < target ? arm() : callback());
    arm();
    return {
      cancel: () => clearTimeout(handle),
      unref: () => {
        referenced = false;
        handle.unref();
      },
    };
  },
};
