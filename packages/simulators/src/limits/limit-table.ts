import { minuteMs, type Counter } from "./counter.js";

/** Whether a request may pass; if not, how long until a place is free. Unit: limit-clock milliseconds. @public */
export type LimitDecision = { readonly kind: "allowed" } | { readonly kind: "refused"; readonly waitMs: number };

/** Counters by key, made when first asked for and forgotten when idle. */
export interface LimitTable {
  /** Decides one request now and counts it if it may pass. */
  decide(key: string, nowMs: number, makeCounter: () => Counter): LimitDecision;
  /** Counters held. */
  size(): number;
}

/** How many counters may be held before idle ones are looked for. */
const sweepAbove = 10_000;

/**
 * Holds one counter per key. Above 10 000 keys it looks, at most once a minute, for counters that remember nothing that
 * still matters, and forgets them.
 */
export function limitTable(): LimitTable {
  const counters = new Map<string, Counter>();
  let sweptMs = Number.NEGATIVE_INFINITY;

  const sweep = (nowMs: number): void => {
    if (counters.size <= sweepAbove || nowMs - sweptMs < minuteMs) return;
    sweptMs = nowMs;
    for (const [key, counter] of counters) if (counter.isFresh(nowMs)) counters.delete(key);
  };

  return {
    size: () => counters.size,
    decide(key, nowMs, makeCounter) {
      sweep(nowMs);
      const counter = counters.get(key) ?? makeCounter();
      counters.set(key, counter);
      const freeMs = counter.freeAtMs(nowMs);
      if (freeMs > nowMs) return { kind: "refused", waitMs: freeMs - nowMs };
      counter.take(nowMs);
      return { kind: "allowed" };
    },
  };
}
