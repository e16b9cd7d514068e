/** What this process last knew of the buckets in the store, sent along with each question: what the store lost meanwhile shows by it. */
export interface Knowledge {
  /** Empty for nothing. */
  of(key: string): string;
  /** @param validMs - after which the bucket is full again, and there is nothing left to know. */
  learn(key: string, known: string, validMs: number): void;
}

/** Beyond that, what was learned longest ago is forgotten. */
const MOST_KEYS = 10_000;

export function createKnowledge(): Knowledge {
  const byKey = new Map<string, { readonly known: string; readonly untilMs: number }>();
  return {
    of(key) {
      const entry = byKey.get(key);
      if (entry === undefined) return "";
      if (entry.untilMs > performance.now()) return entry.known;
      byKey.delete(key);
      return "";
    },
    learn(key, known, validMs) {
      byKey.delete(key);
      if (validMs <= 0) return;
      byKey.set(key, { known, untilMs: performance.now() + validMs });
      if (byKey.size <= MOST_KEYS) return;
      for (const oldest of byKey.keys()) {
        byKey.delete(oldest);
        break;
      }
    },
  };
}
