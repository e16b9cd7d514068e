import { monitorEventLoopDelay } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import {
  anObject,
  between,
  type Clock,
  type Hook,
  positive,
  SluiceError,
  systemClock,
  type Timer,
  warnOnce,
} from "@sluice/core";

/** When a process has enough to do. */
export interface LoadShedderOptions {
  /** How late the event loop may be. Unit: milliseconds. Range: > 0. @defaultValue 100 */
  readonly maxEventLoopDelayMs?: number;
  /** How much of the heap may be used. Range: above 0 to 1. @defaultValue 0.9 */
  readonly maxHeapRatio?: number;
  /** Between two looks. Unit: milliseconds. Range: 10 to 10000. @defaultValue 100 */
  readonly sampleEveryMs?: number;
  /** What is let in however busy the process is. @defaultValue 1000 */
  readonly spareFromPriority?: number;
  /** Looks at the process; for tests, and for loads of one's own. When it throws, what was judged last holds. @defaultValue the event loop's delay and the heap of V8 */
  readonly sample?: () => LoadSample;
  /** Told when shedding begins and when it ends; what it throws is swallowed. */
  readonly onEvent?: (event: SheddingEvent) => void;
  readonly clock?: Clock;
}

/** How busy the process is. */
export interface LoadSample {
  /** Longest delay of the event loop since the last look. Unit: milliseconds. */
  readonly eventLoopDelayMs: number;
  /** Used part of the heap, 0 to 1. */
  readonly heapRatio: number;
}

/** Shedding begins, or ends. */
export interface SheddingEvent {
  readonly type: "shedding-began" | "shedding-ended";
  readonly sample: LoadSample;
}

/** This process is too busy. Code `PROCESS_OVERLOADED`. */
export class OverloadedError extends SluiceError<"PROCESS_OVERLOADED"> {
  readonly reason: "event-loop" | "heap";
  /** When to look again. Unit: milliseconds. */
  readonly retryAfterMs: number;

  constructor(reason: "event-loop" | "heap", value: number, most: number, retryAfterMs: number) {
    const what =
      reason === "heap"
        ? `${(value * 100).toFixed(1)} % of the heap is used, ${(most * 100).toFixed(1)} % may be`
        : `the event loop is ${value.toFixed(1)} ms late, ${most} ms may be`;
    super("PROCESS_OVERLOADED", `This process is overloaded: ${what}; retry after ${retryAfterMs} ms`);
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Refuses work while the process is too busy. */
export interface LoadShedder {
  /** @throws OverloadedError while the process is too busy for this priority. */
  check(priority?: number): void;
  run<Result>(task: () => Result | Promise<Result>, options?: { readonly priority?: number }): Promise<Result>;
  /** At the call stage, ahead of everything that would wait or take tokens. */
  hook(name?: string): Hook;
  readonly shedding: boolean;
  /** Stops looking. */
  close(): void;
}

/** It ends when the load has fallen to this part of what began it, so that it does not flicker. */
const ENDS_AT = 0.8;

/**
 * Sheds load by the event loop's delay and the heap: what cannot be served in time is refused while refusing is still cheap.
 *
 * @throws ConfigError when an option is out of range.
 */
export function createLoadShedder(options: LoadShedderOptions = {}): LoadShedder {
  anObject("options", options);
  const clock = options.clock ?? systemClock;
  const maxDelayMs = positive("maxEventLoopDelayMs", options.maxEventLoopDelayMs ?? 100);
  const maxHeapRatio = between("maxHeapRatio", options.maxHeapRatio ?? 0.9, 0.01, 1);
  const everyMs = between("sampleEveryMs", options.sampleEveryMs ?? 100, 10, 10_000);
  const spareFrom = between("spareFromPriority", options.spareFromPriority ?? 1000, -1e6, 1e6);
  const probe =
    options.sample === undefined ? processProbe(everyMs, clock) : { sample: options.sample, stop: () => {} };
  let overload: OverloadedError | undefined;
  let timer: Timer | undefined;

  const tell = (type: SheddingEvent["type"], sample: LoadSample): void => {
    try {
      options.onEvent?.({ type, sample });
    } catch {
      // Whoever looks on changes nothing.
    }
  };
  const warn = warnOnce("SLUICE_LOAD_SAMPLE");
  let warned = false;
  const look = (): void => {
    try {
      judge(probe.sample());
    } catch (error) {
      // Thrown out of a timer it would end the process; what was judged last holds until the next look.
      if (!warned) warn("The load of this process cannot be told, and counts as it last was", error);
      warned = true;
    }
    timer = clock.setTimer(look, everyMs);
    timer.unref();
  };
  const judge = (sample: LoadSample): void => {
    const part = overload === undefined ? 1 : ENDS_AT;
    const { eventLoopDelayMs, heapRatio } = sample;
    const was = overload;
    if (eventLoopDelayMs > maxDelayMs * part)
      overload = new OverloadedError("event-loop", eventLoopDelayMs, maxDelayMs, everyMs);
    else if (heapRatio > maxHeapRatio * part) overload = new OverloadedError("heap", heapRatio, maxHeapRatio, everyMs);
    else overload = undefined;
    if (was === undefined && overload !== undefined) tell("shedding-began", sample);
    if (was !== undefined && overload === undefined) tell("shedding-ended", sample);
  };
  look();

  const check = (priority = 0): void => {
    // Made when the load was seen: refusing has to be cheap just now.
    if (overload !== undefined && !(priority >= spareFrom)) throw overload;
  };
  return {
    check,
    get shedding() {
      return overload !== undefined;
    },
    async run(task, { priority } = {}) {
      check(priority);
      return task();
    },
    hook: (name = "load-shedding") => ({
      name,
      stage: "call",
      before: ({ priority }) => check(priority),
    }),
    close() {
      timer?.cancel();
      probe.stop();
    },
  };
}

function processProbe(everyMs: number, clock: Clock): { readonly sample: () => LoadSample; readonly stop: () => void } {
  // A reset costs the histogram a tick, so there are many between two looks.
  const resolution = Math.max(1, Math.floor(everyMs / 10));
  const delay = monitorEventLoopDelay({ resolution });
  delay.enable();
  let lookedMs = clock.now();
  return {
    sample() {
      // When a look is the first to run after a block, the histogram has not seen it yet, and the reset would make it forget.
      const lateMs = clock.now() - lookedMs - everyMs;
      lookedMs = clock.now();
      const { used_heap_size: used, heap_size_limit: most } = getHeapStatistics();
      // Each tick of the histogram waits for its resolution too.
      const seenMs = delay.max / 1e6 - resolution;
      delay.reset();
      return { eventLoopDelayMs: Math.max(0, lateMs, Number.isFinite(seenMs) ? seenMs : 0), heapRatio: used / most };
    },
    stop: () => void delay.disable(),
  };
}
