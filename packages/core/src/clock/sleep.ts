import { onAbort } from "../call/abort-listeners.js";
import { type Clock, systemClock } from "./clock.js";

/**
 * Resolves after `delayMs`, or rejects with the signal's own reason as soon as it aborts. The listener is removed either way.
 */
export function sleep(delayMs: number, signal?: AbortSignal, clock: Clock = systemClock): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const off =
      signal &&
      onAbort(signal, () => {
        timer.cancel();
        reject(signal.reason);
      });
    const timer = clock.setTimer(() => {
      off?.();
      resolve();
    }, delayMs);
  });
}
