import { type Clock, systemClock } from "../clock/clock.js";
import { onAbort } from "./abort-listeners.js";
import { afterPendingInput } from "./after-pending-input.js";

/** Several signals and a timeout as one signal. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  /** Takes the listeners off again and forgets the timeout; call it when the request has ended, its body included. */
  release(): void;
}

/**
 * Links signals by listeners of its own. `AbortSignal.any` over `AbortSignal.timeout` may lose the timeout to the garbage
 * collector, and a bare timeout above 2^31 - 1 ms fires at once.
 *
 * @param timeoutMs - aborts with the `TimeoutError` that `AbortSignal.timeout` has; 0 for none. Unit: milliseconds.
 */
export function linkSignals(
  signals: readonly (AbortSignal | null | undefined)[],
  timeoutMs = 0,
  clock: Clock = systemClock,
): LinkedSignal {
  const controller = new AbortController();
  const sources = signals.filter((signal) => signal !== undefined && signal !== null);
  const leave = sources.map((source) => {
    const abort = (): void => controller.abort(source.reason);
    if (source.aborted) abort();
    return onAbort(source, abort);
  });
  let released = false;
  const late = (): void =>
    afterPendingInput(() => {
      if (!released) controller.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
    });
  const timer = timeoutMs > 0 ? clock.setTimer(late, timeoutMs) : undefined;
  return {
    signal: controller.signal,
    release() {
      released = true;
      timer?.cancel();
      for (const off of leave) off();
    },
  };
}
