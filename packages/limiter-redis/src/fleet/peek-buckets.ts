import { capacityOf, type Limit } from "@sluice/limiter";
import { type LongAnswer, type LongQuestion, take, TooLate } from "../scripts/take.js";
import { kinds, partsOfKey } from "./key-parts.js";
import { perSecond, type ProcessSummary } from "./processes.js";
import type { Run } from "./scanner.js";
import type { FleetBucket } from "./sight.js";

/** A bucket that processes told of, with all they told. */
export type KnownBucket = Pick<
  FleetBucket,
  "key" | "scope" | "bucket" | "kind" | "waiting" | "grantedPerSecond" | "refusedPerSecond"
> & { readonly limit: Limit };

/** Adds up what processes tell; those where somebody waits first, then those of which most is asked. */
export function knownBuckets(processes: readonly ProcessSummary[]): readonly KnownBucket[] {
  const byKey = new Map<string, KnownBucket>();
  for (const { summary } of processes) {
    for (const { key, limit, granted, refused, waiting } of summary?.buckets ?? []) {
      const parts = partsOfKey(key);
      if (parts === undefined || kinds[parts.kind] !== limit.kind || summary === undefined) continue;
      const before = byKey.get(key);
      byKey.set(key, {
        key,
        scope: parts.scope,
        bucket: parts.name,
        kind: limit.kind,
        limit,
        waiting: (before?.waiting ?? 0) + waiting,
        grantedPerSecond: (before?.grantedPerSecond ?? 0) + perSecond(granted, summary),
        refusedPerSecond: (before?.refusedPerSecond ?? 0) + perSecond(refused, summary),
      });
    }
  }
  const asked = ({ grantedPerSecond, refusedPerSecond }: KnownBucket): number => grantedPerSecond + refusedPerSecond;
  return [...byKey.values()].toSorted((one, other) => other.waiting - one.waiting || asked(other) - asked(one));
}

/** A bucket of which a process told before. */
export function quietBucket(key: string, limit: Limit | undefined): KnownBucket[] {
  const parts = partsOfKey(key);
  if (parts === undefined || limit === undefined) return [];
  const quiet = { grantedPerSecond: 0, refusedPerSecond: 0, waiting: 0 };
  return [{ key, scope: parts.scope, bucket: parts.name, kind: limit.kind, limit, ...quiet }];
}

/** Buckets in one question; all of one scope, which lives on one server. */
const AT_ONCE = 64;

/** Looks at buckets by the very script that takes from them, which changes nothing when it only looks. */
export async function peekBuckets(run: Run, known: readonly KnownBucket[]): Promise<readonly FleetBucket[]> {
  const byScope = new Map<string, KnownBucket[]>();
  for (const bucket of known) byScope.set(bucket.scope, [...(byScope.get(bucket.scope) ?? []), bucket]);
  const asked: Promise<readonly FleetBucket[]>[] = [];
  for (const [scope, buckets] of byScope) {
    for (let from = 0; from < buckets.length; from += AT_ONCE)
      asked.push(peekTogether(run, scope, buckets.slice(from, from + AT_ONCE)));
  }
  return (await Promise.all(asked)).flat();
}

async function peekTogether(run: Run, scope: string, buckets: readonly KnownBucket[]): Promise<readonly FleetBucket[]> {
  const long = buckets.map(({ key, bucket, limit }): LongQuestion => {
    const how = { scope, charges: [{ bucket, limit, cost: 1 }], count: 1, ahead: 0, group: 1, withinMs: 0 };
    return { request: { ...how, id: "look", peek: true }, keys: [key], known: [""] };
  });
  const answers = await run("a look at buckets", (redis) => take(redis, { short: [], long }, 0));
  if (answers instanceof TooLate) return [];
  return buckets.flatMap((bucket, index) => seen(bucket, answers.long[index]));
}

function seen(bucket: KnownBucket, answer: LongAnswer | undefined): FleetBucket[] {
  // One whose state this version does not understand is left out.
  if (answer === undefined || answer instanceof Error) return [];
  const { nowUs, nextUs, idleUs, remaining } = answer.reply;
  return [
    {
      ...bucket,
      capacity: capacityOf(bucket.limit),
      remaining,
      nextMs: remaining > 0 ? 0 : Math.max(0, nextUs - nowUs) / 1000,
      idleMs: Math.max(0, idleUs - nowUs) / 1000,
    },
  ];
}

/** Buckets that nobody told of: their keys expire when they are as if unused, and that is all that can be known. */
export async function strangerBuckets(run: Run, keys: readonly string[]): Promise<readonly FleetBucket[]> {
  const left = await run("a look at keys", (redis) => Promise.all(keys.map((key) => redis.pttl(key))));
  return keys.flatMap((key, index) => {
    const parts = partsOfKey(key);
    const kind = kinds[parts?.kind ?? ""];
    const idleMs = left[index] ?? 0;
    if (parts === undefined || kind === undefined || idleMs <= 0) return [];
    const nobody = { limit: undefined, capacity: undefined, remaining: undefined, nextMs: undefined };
    const quiet = { grantedPerSecond: 0, refusedPerSecond: 0, waiting: 0 };
    return [{ key, scope: parts.scope, bucket: parts.name, kind, ...nobody, idleMs, ...quiet }];
  });
}
