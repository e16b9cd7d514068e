import { rateOf } from "@sluice/limiter";
import type { FleetBreaker, FleetBucket, FleetScope } from "@sluice/limiter-redis";
import type { ForcedBreaker } from "@sluice/policy";
import { usedOf } from "../../top/frame.js";
import type { BreakerRow, BucketRow, ProviderRow } from "../state.js";

/** Adds up the accounts of each provider; where most is done first. */
export function providerRows(scopes: readonly FleetScope[]): readonly ProviderRow[] {
  const byName = new Map<string, ProviderRow>();
  for (const { scope, grantedPerSecond, refusedPerSecond, waiting, throttled } of scopes) {
    const provider = scope.split(":")[0] || scope;
    const before = byName.get(provider);
    byName.set(provider, {
      provider,
      accounts: (before?.accounts ?? 0) + 1,
      granted: (before?.granted ?? 0) + grantedPerSecond,
      refused: (before?.refused ?? 0) + refusedPerSecond,
      waiting: (before?.waiting ?? 0) + waiting,
      throttled: (before?.throttled ?? 0) + throttled,
    });
  }
  return [...byName.values()];
}

export function bucketRow(bucket: FleetBucket): BucketRow {
  const { key, scope, kind, limit, capacity = null, remaining = null, nextMs = null, waiting } = bucket;
  const rate = limit === undefined ? Number.NaN : rateOf(limit);
  const used = usedOf(bucket);
  return {
    key,
    scope,
    bucket: bucket.bucket,
    kind,
    rate: Number.isFinite(rate) ? rate : null,
    capacity,
    remaining,
    used: used < 0 ? null : used,
    nextMs,
    granted: bucket.grantedPerSecond,
    refused: bucket.refusedPerSecond,
    waiting,
  };
}

/** Those that are not closed first, then by name. */
export function breakerRows(breakers: readonly FleetBreaker[], held: readonly ForcedBreaker[]): readonly BreakerRow[] {
  const names = new Set([...breakers, ...held].map(({ name }) => name));
  const rows = [...names].map((name): BreakerRow => {
    const stands = breakers.find((one) => one.name === name);
    const by = held.find((one) => one.name === name);
    return {
      name,
      state: stands?.state ?? null,
      leftMs: stands === undefined || !Number.isFinite(stands.leftMs) ? null : stands.leftMs,
      because: stands?.reason ?? "",
      held: by === undefined ? null : { state: by.state, untilMs: by.untilMs, author: by.author, reason: by.reason },
    };
  });
  const calm = ({ state, held: by }: BreakerRow): number =>
    Number(by === null && (state === null || state === "closed"));
  return rows.toSorted((one, other) => calm(one) - calm(other) || (one.name < other.name ? -1 : 1));
}
