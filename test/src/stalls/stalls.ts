/** What the machine does to a test beside what is tested. */
export interface Stalls extends Disposable {
  /** The longest time for which this process could not run, up to now. Unit: milliseconds. */
  readonly longestMs: number;
  /** All such times together, up to now. Unit: milliseconds. */
  readonly totalMs: number;
}

/** How long something took. Unit: milliseconds. */
export interface Took {
  readonly tookMs: number;
  /** For how much of that this process could not run. */
  readonly stalledMs: number;
}

const TICK_MS = 5;
/** Timers are late by so much on an idle machine too. Unit: milliseconds. */
const GRAIN_MS = 3;

/** Watches from now on. */
export function watchStalls(): Stalls {
  let dueMs = performance.now() + TICK_MS;
  let [longestMs, totalMs] = [0, 0];
  // Whoever reads an answer right after a stall comes before the timer.
  const lateMs = (): number => {
    const late = performance.now() - dueMs;
    return late > GRAIN_MS ? late : 0;
  };
  const timer = setInterval(() => {
    const late = lateMs();
    longestMs = Math.max(longestMs, late);
    totalMs += late;
    dueMs = performance.now() + TICK_MS;
  }, TICK_MS);
  timer.unref();
  return {
    get longestMs() {
      return Math.max(longestMs, lateMs());
    },
    get totalMs() {
      return totalMs + lateMs();
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** Measures from now on; says how long it has been as often as it is asked. */
export function stopwatch(stalls: Stalls): () => Took {
  const [startedMs, stalledMs] = [performance.now(), stalls.totalMs];
  return () => ({ tookMs: performance.now() - startedMs, stalledMs: stalls.totalMs - stalledMs });
}

let watching: Stalls | undefined;
let underWay = 0;

/** Measures one piece of work; all that is under way shares a watch. */
export async function timed(work: () => Promise<unknown>): Promise<Took> {
  underWay += 1;
  watching ??= watchStalls();
  const took = stopwatch(watching);
  try {
    await work();
    return took();
  } finally {
    underWay -= 1;
    if (underWay === 0) {
      watching?.[Symbol.dispose]();
      watching = undefined;
    }
  }
}
