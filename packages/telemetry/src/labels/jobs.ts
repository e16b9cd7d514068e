import type { Families } from "../families/families.js";
import type { HeldPlace } from "../limiter-observer.js";

/** Counts the attempts of an account that hold places, and the places there are. */
export interface Jobs {
  /** Returns what ends it; the second time does nothing. */
  start(places: readonly HeldPlace[]): () => void;
  reject(): void;
}

interface InUse {
  count: number;
  max: number;
}

/** Opens the series of one account. */
export function openJobs(families: Families, labels: { readonly provider: string; readonly account: string }): Jobs {
  const active = families.jobs.cell({ ...labels });
  const limit = families.jobsLimit.cell({ ...labels });
  const rejected = families.jobsRejected.cell({ ...labels });
  /** Only those that somebody holds places of, so there are never more than attempts under way. */
  const buckets = new Map<string, InUse>();

  return {
    start(places) {
      for (const { bucket, max } of places) {
        const inUse = buckets.get(bucket) ?? { count: 0, max };
        inUse.count += 1;
        inUse.max = max;
        buckets.set(bucket, inUse);
      }
      let all = 0;
      for (const { max } of buckets.values()) all += max;
      limit.set(all);
      active.add(1);
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        active.add(-1);
        for (const { bucket } of places) {
          const inUse = buckets.get(bucket);
          if (inUse === undefined) continue;
          inUse.count -= 1;
          if (inUse.count <= 0) buckets.delete(bucket);
        }
      };
    },
    reject: () => rejected.add(1),
  };
}
