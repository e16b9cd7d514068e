import type { Meter, MeterSettings } from "./meter.js";

/** Settings of a meter of fixed windows. */
export interface FixedMeterSettings extends MeterSettings {
  /**
   * A moment at which a window begins; the others follow on from it.
   *
   * @defaultValue none: a window begins with the first request after the last one ended
   */
  readonly anchorMs?: number;
}

/** Counts what was taken since the window began; all of it is forgotten when the window ends. */
export function fixedMeter({ limit, windowMs, anchorMs }: FixedMeterSettings): Meter {
  let used = 0;
  let endMs = Number.NEGATIVE_INFINITY;

  const endAfter = (nowMs: number): number =>
    anchorMs === undefined ? nowMs + windowMs : anchorMs + (Math.floor((nowMs - anchorMs) / windowMs) + 1) * windowMs;
  const forget = (nowMs: number): void => {
    if (nowMs >= endMs) used = 0;
  };

  return {
    limit,
    read(nowMs) {
      forget(nowMs);
      return { used, resetMs: nowMs < endMs ? endMs : endAfter(nowMs) };
    },
    freeAtMs(cost, nowMs) {
      forget(nowMs);
      if (used + cost <= limit) return nowMs;
      return cost <= limit ? endMs : Number.POSITIVE_INFINITY;
    },
    take(cost, nowMs) {
      forget(nowMs);
      if (nowMs >= endMs) endMs = endAfter(nowMs);
      used += cost;
    },
  };
}
