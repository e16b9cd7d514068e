import { LimitExceededError } from "@sluice/core";
import { tokenBucket } from "@sluice/limiter";
import { createFleet, type Terrain, type VirtualFleet } from "../virtual/fleet.js";
import { seeded, subSeed, untilNextMs } from "../virtual/seeded.js";
import type { Traffic } from "../virtual/store-server.js";
import { type Buckets, zipf } from "./popularity.js";

/** A fleet that calls many accounts, each process at its own random pace, whatever the limits say. */
export interface ManyBucketsPlan extends Terrain, Buckets {
  readonly processes: number;
  /** Calls that each process wants to make, come what may. Unit: per second. */
  readonly callsPerSecondEach: number;
  /** Of every bucket. */
  readonly refillRate: number;
  readonly burst: number;
  /** Longest wait of a call. Unit: milliseconds. */
  readonly timeoutMs: number;
  readonly durationS: number;
}

/** What one bucket saw. */
export interface BucketTally {
  readonly account: number;
  readonly operation: number;
  calls: number;
  refused: number;
  /** Instants of the grants, on the store's clock. Unit: microseconds. */
  readonly atUs: number[];
}

/** What happened. */
export interface ManyBucketsRun {
  readonly plan: ManyBucketsPlan;
  /** Those that were asked for. */
  readonly buckets: readonly BucketTally[];
  readonly traffic: Traffic;
  readonly events: number;
}

export async function runManyBuckets(plan: ManyBucketsPlan): Promise<ManyBucketsRun> {
  const fleet = createFleet(plan);
  const limit = tokenBucket(plan);
  const popularity = zipf(plan);
  const tallies = new Map<number, BucketTally>();
  const tallyOf = (account: number, operation: number): BucketTally => {
    const index = account * plan.operationsEach + operation;
    let tally = tallies.get(index);
    if (tally === undefined) tallies.set(index, (tally = { account, operation, calls: 0, refused: 0, atUs: [] }));
    return tally;
  };
  const call = async (process: number, account: number, operation: number): Promise<void> => {
    const tally = tallyOf(account, operation);
    tally.calls += 1;
    try {
      const charge = { bucket: `operation-${operation}`, limit };
      const limiter = fleet.process(process).limiter(accountName(account));
      tally.atUs.push((await limiter.acquire(charge, { timeoutMs: plan.timeoutMs })).atUs);
    } catch (error) {
      if (error instanceof LimitExceededError) tally.refused += 1;
    }
  };

  for (let process = 0; process < plan.processes; process += 1) {
    const random = seeded(subSeed(plan.seed, -2 - process));
    const pick = popularity.picker(random);
    callAtRandom(fleet, plan, random, () => {
      const { account, operation } = pick();
      void call(process, account, operation);
    });
  }
  await fleet.clock.runUntil(plan.durationS * 1000);
  const { traffic } = fleet.server;
  const run = {
    plan,
    buckets: [...tallies.values()].map((tally) => ({ ...tally, atUs: [...tally.atUs] })),
    traffic: { ...traffic, byScope: new Map(traffic.byScope) },
    events: fleet.clock.happened,
  };
  await fleet.close();
  return run;
}

/** As the account shows in keys. */
export function accountName(account: number): string {
  return `account-${account + 1}`;
}

/** At the moments of a Poisson process, from a random one on. */
function callAtRandom(
  { clock }: VirtualFleet,
  { callsPerSecondEach }: ManyBucketsPlan,
  random: () => number,
  call: () => void,
): void {
  const next = (): void => {
    clock.setTimer(
      () => {
        call();
        next();
      },
      untilNextMs(callsPerSecondEach, random),
    );
  };
  next();
}
