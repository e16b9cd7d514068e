import type { ReputationLike } from "./engine-like.js";

/** Callers whose last rate is remembered. */
const MOST_REMEMBERED = 10_000;

/** Tells when conduct has changed somebody's rate, between one decision and the next. */
export interface Conduct {
  changed(whose: string, reputation: ReputationLike | undefined): "lowered" | "raised" | undefined;
}

export function createConduct(): Conduct {
  // Only those below the full rate: the others are where everybody begins.
  const lowered = new Map<string, number>();
  return {
    changed(whose, reputation) {
      if (reputation === undefined) return undefined;
      // Without the bonus, which creeps up with every call.
      const rate = Math.round((reputation.rate / (1 + reputation.bonus)) * 1e6) / 1e6;
      if (rate >= 1 && lowered.size === 0) return undefined;
      const before = lowered.get(whose) ?? 1;
      if (rate === before) return undefined;
      if (rate >= 1) lowered.delete(whose);
      else remember(lowered, whose, rate);
      return rate < before ? "lowered" : "raised";
    },
  };
}

function remember(rates: Map<string, number>, whose: string, rate: number): void {
  if (!rates.has(whose) && rates.size >= MOST_REMEMBERED) {
    const [oldest] = rates.keys();
    if (oldest !== undefined) rates.delete(oldest);
  }
  rates.set(whose, rate);
}
