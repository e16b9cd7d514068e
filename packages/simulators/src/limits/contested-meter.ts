import { minuteMs } from "./counter.js";
import type { Meter, MeterSettings } from "./meter.js";
import type { StrangerSchedule } from "./stranger.js";

/** When a rival makes requests, after one moment and up to another, which is included, in order. */
export type RivalTimes = (afterMs: number, untilMs: number) => readonly number[];

/**
 * A meter that a rival uses too, one unit a request. A rival's request that finds no place is given up.
 *
 * Its requests are replayed when the meter is asked, at most those of the last two windows: what came before has expired.
 */
export function contestedMeter(meter: Meter, windowMs: number, rival: RivalTimes): Meter {
  let replayedMs = Number.NEGATIVE_INFINITY;

  const replay = (nowMs: number): void => {
    for (const atMs of rival(Math.max(replayedMs, nowMs - 2 * windowMs), nowMs)) {
      if (meter.freeAtMs(1, atMs) === atMs) meter.take(1, atMs);
    }
    replayedMs = nowMs;
  };

  return {
    limit: meter.limit,
    read(nowMs) {
      replay(nowMs);
      return meter.read(nowMs);
    },
    freeAtMs(cost, nowMs) {
      replay(nowMs);
      return meter.freeAtMs(cost, nowMs);
    },
    take(cost, nowMs) {
      replay(nowMs);
      meter.take(cost, nowMs);
    },
  };
}

/** A meter that the stranger uses its share of. */
export function meterWithStranger(
  meter: Meter,
  name: string,
  { limit, windowMs }: MeterSettings,
  stranger: StrangerSchedule,
): Meter {
  const perMinute = (limit * minuteMs) / windowMs;
  return contestedMeter(meter, windowMs, (afterMs, untilMs) =>
    stranger.dueBetween(name, perMinute, afterMs, untilMs).map(({ dueMs }) => dueMs),
  );
}
