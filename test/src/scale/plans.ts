import type { ManyBucketsPlan } from "./many-buckets/run-many-buckets.js";
import type { MeasurePlan } from "./one-node/measure-one-node.js";
import type { OneBucketPlan } from "./one-bucket/run-one-bucket.js";
import type { Terrain } from "./virtual/fleet.js";

/** A bucket and its callers, for fleets of several sizes. */
export interface Workload extends Omit<OneBucketPlan, "processes" | keyof Terrain> {
  readonly name: string;
}

/** Everything that is simulated. */
export interface ScalePlan {
  readonly terrain: Terrain;
  readonly workloads: readonly Workload[];
  readonly fleets: readonly number[];
  /** A fleet of which every second process is so far from the store. */
  readonly distance: { readonly processes: number; readonly farRoundTripMs: number };
  readonly fairnessAtS: readonly number[];
  readonly manyBuckets: readonly Omit<ManyBucketsPlan, keyof Terrain>[];
  readonly measure: MeasurePlan;
}

const terrain: Terrain = { seed: 2026, roundTripMs: 0.5, jitter: 0.4, timerGrainMs: 1, serviceUs: 30 };

export const fullPlan: ScalePlan = {
  terrain,
  workloads: workloads({ durationsS: [200, 60, 300], patienceMs: 45_000 }),
  fleets: [1, 4, 16, 64, 256, 1000],
  distance: { processes: 16, farRoundTripMs: 3 },
  fairnessAtS: [1, 2, 5, 10, 20, 50, 100, 200],
  manyBuckets: manyBuckets({ processes: 1000, accounts: 1000, callsPerSecondEach: [0.4, 4], durationS: 30 }),
  measure: { forMs: 2000, debitsAhead: [0, 16, 64, 256, 1024, 4096] },
};

export const quickPlan: ScalePlan = {
  terrain,
  workloads: workloads({ durationsS: [20, 5, 60], patienceMs: 5000 }),
  fleets: [1, 4, 16, 64],
  distance: { processes: 16, farRoundTripMs: 3 },
  fairnessAtS: [1, 5, 20],
  manyBuckets: manyBuckets({ processes: 100, accounts: 100, callsPerSecondEach: [2, 20], durationS: 15 }),
  measure: { forMs: 300, debitsAhead: [0, 16, 64, 256] },
};

function workloads({
  durationsS: [steadyS, fastS, slowS],
  patienceMs,
}: {
  readonly durationsS: readonly [steady: number, fast: number, slow: number];
  readonly patienceMs: number;
}): readonly Workload[] {
  const common = { callersEach: 20, patienceMs };
  return [
    { name: "50/s", refillRate: 50, burst: 20, durationS: steadyS, ...common },
    { name: "1000/s", refillRate: 1000, burst: 100, durationS: fastS, ...common },
    { name: "1/s", refillRate: 1, burst: 5, durationS: slowS, ...common },
  ];
}

function manyBuckets({
  callsPerSecondEach,
  ...fleet
}: {
  readonly processes: number;
  readonly accounts: number;
  readonly callsPerSecondEach: readonly number[];
  readonly durationS: number;
}): ScalePlan["manyBuckets"] {
  const common = { operationsEach: 10, refillRate: 20, burst: 20, timeoutMs: 10_000, ...fleet };
  return callsPerSecondEach.map((calls) => ({ ...common, callsPerSecondEach: calls }));
}
