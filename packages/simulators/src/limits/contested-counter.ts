import { minuteMs, type Counter } from "./counter.js";

/** One request of a competitor. */
export interface RivalRequest {
  /** When it is made. */
  readonly dueMs: number;
  /** Until when it would wait for a place; may move earlier while it waits. */
  givesUpMs(): number;
}

/** A competitor's requests after one moment and up to another, which is included, in order. */
export type Rival = (afterMs: number, untilMs: number) => readonly RivalRequest[];

/**
 * A counter that a rival uses too. The rival is patient: a request of its that finds no place waits for the next one
 * and takes it before anybody else. It keeps at most `rivalQueue` requests waiting and forgets the oldest beyond that.
 *
 * The rival's requests are replayed when the counter is asked. After a long silence only the last two minutes are
 * replayed, since what came before has expired.
 */
export function contestedCounter(counter: Counter, rival: Rival, rivalQueue: number): Counter {
  let replayedMs = Number.NEGATIVE_INFINITY;
  let takenMs = Number.NEGATIVE_INFINITY;
  let waiting: RivalRequest[] = [];

  const take = (atMs: number): void => {
    counter.take(atMs);
    takenMs = atMs;
  };

  const replay = (nowMs: number): void => {
    waiting.push(...rival(Math.max(replayedMs, nowMs - 2 * minuteMs), nowMs));
    replayedMs = nowMs;
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      const freeMs = counter.freeAtMs(Math.max(next.dueMs, takenMs));
      if (freeMs <= next.givesUpMs()) {
        if (freeMs > nowMs) break;
        take(freeMs);
      }
      waiting.shift();
    }
    waiting = waiting.slice(Math.max(0, waiting.length - rivalQueue));
  };

  return {
    take,
    freeAtMs(nowMs) {
      replay(nowMs);
      return counter.freeAtMs(nowMs);
    },
    isFresh: (nowMs) => counter.isFresh(nowMs),
  };
}
