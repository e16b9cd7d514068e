import { monitorEventLoopDelay } from "node:perf_hooks";

/** What the machine does to a test beside what is tested. */
export interface Stalls extends Disposable {
  /** The longest time for which this process could not run. Unit: milliseconds. */
  readonly longestMs: number;
}

/** Watches from now on. */
export function watchStalls(): Stalls {
  const delays = monitorEventLoopDelay({ resolution: 5 });
  delays.enable();
  return {
    get longestMs() {
      return delays.max / 1e6;
    },
    [Symbol.dispose]: () => void delays.disable(),
  };
}
