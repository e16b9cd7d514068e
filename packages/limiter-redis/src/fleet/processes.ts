import type { RedisClient } from "../connection/client.js";
import type { Keys } from "../store/keys.js";
import type { FleetScope } from "./sight.js";
import { decodeSummary, type Summary } from "./summary.js";

/** A process, or rather its store, that has said within the last seconds that it lives. */
export interface ProcessSummary {
  /** Process id and something random. */
  readonly name: string;
  /** What it did last; undefined for one that is quiet. */
  readonly summary: Summary | undefined;
}

/** Most that are asked about. */
const MOST = 2000;

export async function readProcesses(
  redis: RedisClient,
  keys: Keys,
  prefix: string,
  nowUs: number,
): Promise<readonly ProcessSummary[]> {
  // Those that are gone stay on the list until the next sign of life of another one.
  const names = await redis.zrangebyscore(keys.presence, nowUs.toFixed(0), "+inf", "LIMIT", 0, MOST);
  const own = names.filter((name) => /^[\w.-]{1,64}$/.test(name));
  return readSummaries(redis, keys, prefix, own);
}

/** What processes told last, whether they are on the list or not. */
export async function readSummaries(
  redis: RedisClient,
  keys: Keys,
  prefix: string,
  names: readonly string[],
): Promise<readonly ProcessSummary[]> {
  return Promise.all(
    names.map(async (name) => ({ name, summary: decodeSummary(await redis.get(keys.summary(name)), prefix) })),
  );
}

/** What all of them do, by scope; where most is done first. */
export function perScope(processes: readonly ProcessSummary[]): readonly FleetScope[] {
  const byScope = new Map<string, FleetScope>();
  for (const { summary } of processes) {
    if (summary === undefined) continue;
    for (const [scope, { granted, refused, waiting, throttled }] of summary.scopes) {
      const before = byScope.get(scope);
      byScope.set(scope, {
        scope,
        grantedPerSecond: (before?.grantedPerSecond ?? 0) + perSecond(granted, summary),
        refusedPerSecond: (before?.refusedPerSecond ?? 0) + perSecond(refused, summary),
        waiting: (before?.waiting ?? 0) + waiting,
        throttled: (before?.throttled ?? 0) + throttled,
      });
    }
  }
  const done = ({ grantedPerSecond, refusedPerSecond, waiting }: FleetScope): number =>
    grantedPerSecond + refusedPerSecond + waiting;
  return [...byScope.values()].toSorted((one, other) => done(other) - done(one));
}

export function perSecond(count: number, { intervalMs }: Summary): number {
  return (count * 1000) / intervalMs;
}
