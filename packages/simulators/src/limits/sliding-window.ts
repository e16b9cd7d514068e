import { wholeAtLeast } from "../checks.js";
import { minuteMs, type Counter } from "./counter.js";

/**
 * Lets a request through only if no window of a minute would then hold more than `perMinute`. Exact: it remembers every
 * arrival of the last minute. A window holds its start and not its end, so a place is free again after exactly a minute.
 *
 * Range of `perMinute`: whole numbers >= 1.
 *
 * @public
 */
export function slidingWindow(perMinute: number): Counter {
  wholeAtLeast("perMinute", perMinute, 1);
  const taken: number[] = [];
  const forgetExpired = (nowMs: number): void => {
    while ((taken[0] ?? nowMs) + minuteMs <= nowMs) taken.shift();
  };
  return {
    freeAtMs(nowMs) {
      forgetExpired(nowMs);
      const blocking = taken[taken.length - perMinute];
      return blocking === undefined ? nowMs : blocking + minuteMs;
    },
    take(atMs) {
      taken.push(atMs);
    },
    isFresh(nowMs) {
      forgetExpired(nowMs);
      return taken.length === 0;
    },
  };
}
