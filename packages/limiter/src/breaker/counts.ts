import type { BreakerCounts } from "./store.js";

/** What this process has counted since it last told the store. Costs no more than a few additions a call. */
export interface Counts {
  succeeded(nowMs: number): void;
  failed(nowMs: number): void;
  /** Whether there are failures to tell, which do not wait. */
  readonly urgent: boolean;
  /** Hands over what was counted and begins anew. */
  take(version: number, nowMs: number): BreakerCounts;
}

/** @param longestRow - failures after the last success that are told one by one. */
export function createCounts(longestRow: number): Counts {
  let succeeded = 0;
  let lastSuccessMs = 0;
  let failed = 0;
  let lastFailureMs = 0;
  let row: number[] = [];
  return {
    succeeded(nowMs) {
      succeeded += 1;
      lastSuccessMs = nowMs;
      if (row.length > 0) row = [];
    },
    failed(nowMs) {
      failed += 1;
      lastFailureMs = nowMs;
      row.push(nowMs);
      if (row.length > longestRow) row.shift();
    },
    get urgent() {
      return failed > 0;
    },
    take(version, nowMs) {
      const counts = {
        version,
        succeeded,
        lastSuccessAgeMs: Math.max(0, nowMs - lastSuccessMs),
        failed,
        lastFailureAgeMs: Math.max(0, nowMs - lastFailureMs),
        rowAgesMs: row.map((atMs) => Math.max(0, nowMs - atMs)),
      };
      succeeded = 0;
      failed = 0;
      row = [];
      return counts;
    },
  };
}
