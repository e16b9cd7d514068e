/** For how long this process could not run, in all, by a timer that is late: what comes late by that does not come late. */
export interface Stalls extends Disposable {
  /** So far, up to this moment. Unit: milliseconds. */
  totalMs(): number;
}

const TICK_MS = 10;
/** Timers are late by so much on an idle machine too. Unit: milliseconds. */
const GRAIN_MS = 3;

/** Watches from now on. */
export function watchStalls(): Stalls {
  let totalMs = 0;
  let dueMs = performance.now() + TICK_MS;
  const lateMs = (): number => {
    const late = performance.now() - dueMs;
    return late > GRAIN_MS ? late : 0;
  };
  const timer = setInterval(() => {
    totalMs += lateMs();
    dueMs = performance.now() + TICK_MS;
  }, TICK_MS);
  return {
    // Whoever reads an answer right after a stall comes before the timer.
    totalMs: () => totalMs + lateMs(),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
