import { isFar } from "../virtual/fleet.js";
import type { OneBucketRun } from "./run-one-bucket.js";

/** Who had how much in a fleet of which every second process is farther from the store. */
export interface DistanceFigures {
  readonly processes: number;
  readonly nearMs: number;
  readonly farMs: number;
  /** Part of all grants that went to the near half. */
  readonly nearShare: number;
  /** Grants of the process that had the fewest, and of the one that had the most. */
  readonly fewest: number;
  readonly most: number;
}

/** The late comer is left out. */
export function distanceFigures({ plan, waits }: OneBucketRun): DistanceFigures {
  const { processes, roundTripMs, farRoundTripMs } = plan;
  const grants = Array.from({ length: processes }, () => 0);
  for (const { process, grantedMs } of waits)
    if (process < processes && !Number.isNaN(grantedMs)) grants[process] = (grants[process] ?? 0) + 1;
  const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
  return {
    processes,
    nearMs: roundTripMs,
    farMs: farRoundTripMs ?? roundTripMs,
    nearShare: sum(grants.filter((_, process) => !isFar(process))) / sum(grants),
    fewest: Math.min(...grants),
    most: Math.max(...grants),
  };
}
