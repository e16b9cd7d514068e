import type { Meter, MeterSettings } from "./meter.js";

/** Lets no window of the given length, wherever it begins, hold more than the limit. Remembers every request in it. */
export function slidingMeter({ limit, windowMs }: MeterSettings): Meter {
  const taken: { readonly atMs: number; readonly cost: number }[] = [];
  let used = 0;

  const forget = (nowMs: number): void => {
    for (let oldest = taken[0]; oldest !== undefined && oldest.atMs + windowMs <= nowMs; oldest = taken[0]) {
      used -= oldest.cost;
      taken.shift();
    }
  };

  return {
    limit,
    read(nowMs) {
      forget(nowMs);
      const last = taken.at(-1);
      return { used, resetMs: last === undefined ? nowMs : last.atMs + windowMs };
    },
    freeAtMs(cost, nowMs) {
      forget(nowMs);
      let missing = used + cost - limit;
      if (missing <= 0) return nowMs;
      for (const entry of taken) {
        missing -= entry.cost;
        if (missing <= 0) return entry.atMs + windowMs;
      }
      return Number.POSITIVE_INFINITY;
    },
    take(cost, nowMs) {
      if (cost === 0) return;
      taken.push({ atMs: nowMs, cost });
      used += cost;
    },
  };
}
