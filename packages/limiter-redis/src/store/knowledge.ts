/** What this process last knew of the buckets in the store, sent along with each question: what the store lost meanwhile shows by it. */
export interface Knowledge {
  /** Empty for nothing. */
  of(key: string, nowMs: number): string;
  /** @param untilMs - when the bucket is full again, and there is nothing left to know. */
  learn(key: string, known: string, untilMs: number): void;
}

/** Beyond that, the bucket known longest is forgotten. */
const MOST_KEYS = 10_000;

export function createKnowledge(): Knowledge {
  const byKey = new Map<string, { known: string; untilMs: number }>();
  return {
    of(key, nowMs) {
      const entry = byKey.get(key);
      if (entry === undefined) return "";
      if (entry.untilMs > nowMs) return entry.known;
      byKey.delete(key);
      return "";
    },
    learn(key, known, untilMs) {
      const entry = byKey.get(key);
      if (entry !== undefined) {
        entry.known = known;
        entry.untilMs = untilMs;
        return;
      }
      byKey.set(key, { known, untilMs });
      if (byKey.size <= MOST_KEYS) return;
      for (const oldest of byKey.keys()) {
        byKey.delete(oldest);
        break;
      }
    },
  };
}
