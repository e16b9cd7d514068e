import type { Clock, Timer } from "@sluice/core";
import { EventHeap } from "./event-heap.js";

/** A clock that jumps from event to event: hours of a fleet pass in seconds, and each run passes alike. */
export interface VirtualClock extends Clock {
  /** Calls back at an instant, before promises move: for what touches none, such as a message on its way. */
  post(callback: () => void, atMs: number): void;
  /** Runs everything up to an instant, and stands there; or stops where it is when there has been enough of it. */
  runUntil(untilMs: number, enough?: () => boolean): Promise<void>;
  /** Events that have happened. */
  readonly happened: number;
}

const WALL_MS = Date.UTC(2026, 0, 1);

export function createVirtualClock(): VirtualClock {
  const events = new EventHeap();
  let nowMs = 0;
  let happened = 0;
  return {
    now: () => nowMs,
    wallNow: () => WALL_MS + nowMs,
    setTimer(callback, delayMs): Timer {
      const event = events.add(nowMs + Math.max(0, delayMs), callback, true);
      return { cancel: () => events.cancel(event), unref: () => {} };
    },
    post: (callback, atMs) => void events.add(Math.max(nowMs, atMs), callback, false),
    async runUntil(untilMs, enough = () => false) {
      await settled();
      for (let next = events.peek(); next !== undefined && next.atMs <= untilMs; next = events.peek()) {
        events.pop();
        nowMs = next.atMs;
        happened += 1;
        next.callback();
        if (next.settles) await settled();
        if (enough()) return;
      }
      nowMs = untilMs;
    },
    get happened() {
      return happened;
    },
  };
}

/** All promises that can move have moved when the event loop comes round. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
