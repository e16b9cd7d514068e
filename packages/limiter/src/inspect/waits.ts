import type { Limit } from "../limits/limit.js";
import type { StoreCharge } from "../store/store.js";
import type { PriorityLane, WaitingSight } from "./sight.js";

/** One who waits. */
interface Wait {
  readonly charges: readonly StoreCharge[];
  readonly priority: number;
  /** On the limiter's clock, in milliseconds. */
  readonly sinceMs: number;
}

/** All who wait in one limiter. */
export class Waits {
  readonly #waiting = new Set<Wait>();

  /** Somebody begins to wait. Returns how to say that the wait is over; the second time does nothing. */
  enter(charges: readonly StoreCharge[], priority: number, sinceMs: number): () => void {
    const wait = { charges, priority, sinceMs };
    this.#waiting.add(wait);
    return () => void this.#waiting.delete(wait);
  }

  /** All of them, and those of each bucket. */
  sight(nowMs: number): { readonly all: WaitingSight; of(bucket: string, kind: Limit["kind"]): WaitingSight } {
    const byBucket = new Map<string, Wait[]>();
    for (const wait of this.#waiting) {
      for (const { bucket, limit } of wait.charges) {
        const key = keyOf(bucket, limit.kind);
        const waits = byBucket.get(key);
        if (waits === undefined) byBucket.set(key, [wait]);
        else waits.push(wait);
      }
    }
    return {
      all: counted(this.#waiting, nowMs),
      of: (bucket, kind) => counted(byBucket.get(keyOf(bucket, kind)) ?? [], nowMs),
    };
  }
}

function keyOf(bucket: string, kind: Limit["kind"]): string {
  return `${kind}:${bucket}`;
}

function counted(waits: Iterable<Wait>, nowMs: number): WaitingSight {
  const byPriority = new Map<number, { count: number; longestWaitMs: number }>();
  for (const { priority, sinceMs } of waits) {
    const lane = byPriority.get(priority) ?? { count: 0, longestWaitMs: 0 };
    lane.count += 1;
    lane.longestWaitMs = Math.max(lane.longestWaitMs, nowMs - sinceMs);
    byPriority.set(priority, lane);
  }
  const lanes: readonly PriorityLane[] = [...byPriority]
    .map(([priority, lane]) => ({ priority, ...lane }))
    .toSorted((one, other) => other.priority - one.priority);
  return {
    count: lanes.reduce((sum, { count }) => sum + count, 0),
    longestWaitMs: Math.max(0, ...lanes.map(({ longestWaitMs }) => longestWaitMs)),
    lanes,
  };
}
