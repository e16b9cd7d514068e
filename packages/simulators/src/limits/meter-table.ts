import { minuteMs } from "./counter.js";
import type { Meter } from "./meter.js";

/** Meters by key, made when first asked for and forgotten when idle. */
export interface MeterTable {
  get(key: string, nowMs: number, makeMeter: () => Meter): Meter;
  /** Meters held. */
  size(): number;
}

/** How many meters may be held before idle ones are looked for. */
const sweepAbove = 10_000;

/** Above 10 000 keys it looks, at most once a minute, for meters of which nothing is used, and forgets them. */
export function meterTable(): MeterTable {
  const meters = new Map<string, Meter>();
  let sweptMs = Number.NEGATIVE_INFINITY;

  const sweep = (nowMs: number): void => {
    if (meters.size <= sweepAbove || nowMs - sweptMs < minuteMs) return;
    sweptMs = nowMs;
    for (const [key, meter] of meters) if (meter.read(nowMs).used === 0) meters.delete(key);
  };

  return {
    size: () => meters.size,
    get(key, nowMs, makeMeter) {
      sweep(nowMs);
      const meter = meters.get(key) ?? makeMeter();
      meters.set(key, meter);
      return meter;
    },
  };
}
