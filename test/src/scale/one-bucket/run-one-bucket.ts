import { systemClock } from "@sluice/core";
import { type Charge, tokenBucket } from "@sluice/limiter";
import { createFleet, type Terrain, type VirtualFleet } from "../virtual/fleet.js";
import { seeded, subSeed } from "../virtual/seeded.js";
import type { Traffic } from "../virtual/store-server.js";

/** A fleet whose processes all want tokens of one bucket, all the time. */
export interface OneBucketPlan extends Terrain {
  readonly processes: number;
  readonly refillRate: number;
  readonly burst: number;
  /** Callers in each process; each asks again as soon as it was granted. */
  readonly callersEach: number;
  readonly durationS: number;
  /** Longest the run may take on this machine; it is stopped then and counts as far as it came. Unit: milliseconds. */
  readonly patienceMs: number;
}

/** A caller's wait. Instants are milliseconds of the virtual clock. */
export interface Wait {
  readonly process: number;
  readonly askedMs: number;
  /** `NaN` while it lasts. */
  grantedMs: number;
  /** When the token was there, on the store's clock. Unit: microseconds. */
  atUs: number;
}

/** What happened. */
export interface OneBucketRun {
  readonly plan: OneBucketPlan;
  /** What passed on the virtual clock: less than planned when patience ended. */
  readonly ranS: number;
  readonly waits: readonly Wait[];
  /** When the process numbered `processes` joined the others. */
  readonly lateMs: number;
  readonly traffic: Traffic;
  readonly events: number;
}

/** All processes begin within this time, as a deployment does. Unit: milliseconds. */
const START_MS = 100;
const LATE_BY_MS = 370;

export async function runOneBucket(plan: OneBucketPlan): Promise<OneBucketRun> {
  const { processes, refillRate, burst, callersEach, durationS, patienceMs, seed } = plan;
  const fleet = createFleet(plan);
  const { clock } = fleet;
  const charge: Charge = { bucket: "shared", limit: tokenBucket({ refillRate, burst }) };
  const waits: Wait[] = [];
  const starts = seeded(subSeed(seed, -1));
  const begin = (process: number, atMs: number): void => {
    clock.setTimer(() => {
      for (let caller = 0; caller < callersEach; caller += 1) void callForever(fleet, process, charge, waits);
    }, atMs);
  };

  for (let process = 0; process < processes; process += 1) begin(process, starts() * START_MS);
  // At no whole second, so that it does not meet the tokens of a slow bucket as they come.
  const lateMs = Math.floor(durationS / 2) * 1000 + LATE_BY_MS;
  begin(processes, lateMs);
  const startedMs = systemClock.now();
  await clock.runUntil(durationS * 1000, () => systemClock.now() - startedMs > patienceMs);
  const run = {
    plan,
    ranS: clock.now() / 1000,
    waits: [...waits],
    lateMs,
    traffic: { ...fleet.server.traffic },
    events: clock.happened,
  };
  await fleet.close();
  return run;
}

/** Until the fleet is closed. */
async function callForever(
  { clock, process: processOf }: VirtualFleet,
  process: number,
  charge: Charge,
  waits: Wait[],
): Promise<void> {
  const limiter = processOf(process).limiter("acme");
  for (;;) {
    const wait: Wait = { process, askedMs: clock.now(), grantedMs: Number.NaN, atUs: Number.NaN };
    waits.push(wait);
    try {
      const { atUs } = await limiter.acquire(charge, { timeoutMs: Number.POSITIVE_INFINITY });
      wait.grantedMs = clock.now();
      wait.atUs = atUs;
    } catch {
      return;
    }
  }
}
