import { jain } from "../../fleet/ledger.js";
import type { OneBucketRun } from "./run-one-bucket.js";

/** How evenly the fleet's grants were spread up to a time. */
export interface Fairness {
  readonly atS: number;
  readonly grants: number;
  /** Jain's index over all processes; 1 when all got the same. */
  readonly jain: number;
  /** The highest index that so many whole grants allow: with fewer grants than processes somebody has none. */
  readonly best: number;
}

/** The late comer is left out. */
export function fairnessAt({ plan, waits }: OneBucketRun, atS: number): Fairness {
  const { processes } = plan;
  const shares = Array.from({ length: processes }, () => 0);
  let grants = 0;
  for (const { process, grantedMs } of waits) {
    if (process >= processes || !(grantedMs <= atS * 1000)) continue;
    shares[process] = (shares[process] as number) + 1;
    grants += 1;
  }
  const least = Math.floor(grants / processes);
  const luckier = grants % processes;
  const even = shares.map((_, index) => (index < luckier ? least + 1 : least));
  return { atS, grants, jain: grants === 0 ? 1 : jain(shares), best: grants === 0 ? 1 : jain(even) };
}
