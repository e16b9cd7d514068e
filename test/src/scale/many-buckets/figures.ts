import { worstExcess } from "../../fleet/ledger.js";
import { clusterLoad, type ClusterLoad } from "./cluster.js";
import { zipf } from "./popularity.js";
import type { BucketTally, ManyBucketsRun } from "./run-many-buckets.js";

/** What a fleet over many buckets came to; all in virtual time. */
export interface ManyBucketsFigures {
  readonly processes: number;
  readonly buckets: number;
  /** Wanted by all processes together. Unit: per second. */
  readonly callsPerSecond: number;
  readonly grantsPerSecond: number;
  /** Part of the calls that was refused. */
  readonly refused: number;
  /** Buckets that were wanted at least so much more than their rate: see `SATURATED`. */
  readonly saturated: number;
  /** Of the saturated buckets, grants over rate x time, after the first seconds; undefined when there is none. */
  readonly leastUtilisation: number | undefined;
  readonly meanUtilisation: number | undefined;
  /** Over all buckets. Unit: tokens; never above 0. */
  readonly excessTokens: number;
  readonly commandsPerSecond: number;
  readonly commandsPerGrant: number;
  readonly peakCommandsPerSecond: number;
  /** Part of all commands that went to the busiest account. */
  readonly busiestAccount: number;
  readonly clusters: readonly ClusterLoad[];
}

/** A bucket counts as saturated when its calls are at least so many times its rate. */
export const SATURATED = 1.5;
/** What is left out at the beginning, until queues have formed. Unit: seconds. */
export const WARM_UP_S = 5;
const CLUSTERS = [3, 6, 12];

export function figuresOf({ plan, buckets, traffic }: ManyBucketsRun): ManyBucketsFigures {
  const { processes, accounts, operationsEach, callsPerSecondEach, refillRate, durationS } = plan;
  const popularity = zipf(plan);
  const wanted = processes * callsPerSecondEach;
  const saturated = buckets.filter(
    ({ account, operation }) => wanted * popularity.share(account, operation) >= SATURATED * refillRate,
  );
  const used = saturated.map((tally) => utilisation(tally, refillRate, durationS));
  const calls = total(buckets, ({ calls: count }) => count);
  const grants = total(buckets, ({ atUs }) => atUs.length);
  return {
    processes,
    buckets: accounts * operationsEach,
    callsPerSecond: calls / durationS,
    grantsPerSecond: grants / durationS,
    refused: total(buckets, ({ refused }) => refused) / calls,
    saturated: saturated.length,
    leastUtilisation: used.length === 0 ? undefined : Math.min(...used),
    meanUtilisation: used.length === 0 ? undefined : used.reduce((a, b) => a + b, 0) / used.length,
    excessTokens:
      Math.round(
        Math.max(...buckets.filter(({ atUs }) => atUs.length > 0).map(({ atUs }) => worstExcess(atUs, plan))) * 1e6,
      ) / 1e6,
    commandsPerSecond: traffic.commands / durationS,
    commandsPerGrant: traffic.commands / grants,
    peakCommandsPerSecond: traffic.peakPerSecond,
    busiestAccount: Math.max(...traffic.byScope.values()) / traffic.commands,
    clusters: CLUSTERS.map((nodes) => clusterLoad(traffic, nodes, durationS)),
  };
}

function utilisation({ atUs }: BucketTally, refillRate: number, durationS: number): number {
  const counted = atUs.filter((us) => us >= WARM_UP_S * 1e6 && us < durationS * 1e6).length;
  return counted / (refillRate * (durationS - WARM_UP_S));
}

function total(buckets: readonly BucketTally[], of: (tally: BucketTally) => number): number {
  return buckets.reduce((sum, tally) => sum + of(tally), 0);
}
