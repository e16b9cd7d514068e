import { capacityOf, type Limit, rateOf } from "../limits/limit.js";
import type { ToldFigures } from "./asked-buckets.js";
import type { BucketSight, LimitFigures, SightMode, WaitingSight } from "./sight.js";

/** What is known of one bucket. */
export interface BucketFacts {
  readonly provider: string;
  readonly account: string;
  readonly bucket: string;
  readonly limit: Limit;
  readonly mode: SightMode;
  /** By the wall clock, in milliseconds. */
  readonly wallMs: number;
  readonly told: ToldFigures | undefined;
  readonly pausedForMs: number;
  readonly waiting: WaitingSight;
}

/** The facts as plain data: what no JSON can hold, or nobody knows, is null. */
export function bucketSight(facts: BucketFacts): BucketSight {
  const { provider, account, bucket, limit, mode, wallMs, told, pausedForMs, waiting } = facts;
  const capacity = finite(capacityOf(limit));
  const left = leftOf(limit, told);
  return {
    provider,
    account,
    bucket,
    limit: limitFigures(limit),
    rate: finite(rateOf(limit)),
    capacity,
    left,
    fill: left === null || capacity === null ? null : Math.min(1, Math.max(0, left / capacity)),
    nextSlotMs: told === undefined ? null : finite(told.nextSlotMs),
    fullAfterMs: told === undefined ? null : finite(told.fullAfterMs),
    pausedUntil: pausedForMs === 0 ? null : iso(wallMs + pausedForMs),
    pausedForMs,
    waiting,
    mode,
    asOf: told === undefined ? null : iso(told.wallMs),
  };
}

/** A limit without functions. */
export function limitFigures(limit: Limit): LimitFigures {
  if (limit.kind !== "custom") return limit;
  const { kind, name, rate, capacity } = limit;
  return Object.freeze({ kind, name, rate: rate ?? null, capacity: capacity ?? null });
}

export function iso(wallMs: number): string {
  return new Date(wallMs).toISOString();
}

/** A rule of one's own may say yes and not how often. */
function leftOf(limit: Limit, told: ToldFigures | undefined): number | null {
  if (told === undefined) return null;
  if (limit.kind === "custom" && told.left === 0 && told.nextSlotMs === 0) return null;
  return finite(told.left);
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
