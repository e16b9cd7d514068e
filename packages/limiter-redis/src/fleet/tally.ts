import type { Limit } from "@sluice/limiter";
import { type Activity, type BucketActivity, MOST_BUCKETS, MOST_SCOPES, type Summary } from "./summary.js";

/** Most buckets counted between two summaries, and most that are named again though nobody asked. */
const MOST_COUNTED = 1000;
const MOST_REMEMBERED = 500;
/** How long a bucket is named after somebody asked for it: its limit is known to nobody else. Unit: milliseconds. */
export const REMEMBERED_MS = 30_000;
/** Refusals of a provider are remembered for a minute, in so many parts. */
const PARTS = 6;
const PART_MS = 10_000;

interface Counts {
  granted: number;
  refused: number;
}

interface BucketCounts extends Counts {
  limit: Limit;
  /** The last interval in which somebody asked. */
  askedMs: number;
}

interface ScopeCounts extends Counts {
  /** By number of the part of time. */
  readonly throttled: Map<number, number>;
}

/** Counts what a process asks of its store. On the hot path: a look into two tables a question. */
export class Tally {
  readonly #scopes = new Map<string, ScopeCounts>();
  readonly #buckets = new Map<string, BucketCounts>();
  #sinceMs: number;

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  /** Whether there is anything to tell. */
  get silent(): boolean {
    return this.#buckets.size === 0 && this.#scopes.size === 0;
  }

  /** One answer for a bucket. */
  bucket(key: string, limit: Limit, granted: number, refused: number): void {
    let counts = this.#buckets.get(key);
    if (counts === undefined) {
      if (this.#buckets.size >= MOST_COUNTED) return;
      counts = { limit, granted: 0, refused: 0, askedMs: 0 };
      this.#buckets.set(key, counts);
    }
    counts.limit = limit;
    counts.granted += granted;
    counts.refused += refused;
  }

  /** The same answer, once for its scope. */
  scope(scope: string, granted: number, refused: number): void {
    const counts = this.#scope(scope);
    if (counts === undefined) return;
    counts.granted += granted;
    counts.refused += refused;
  }

  /** The provider refused what had been granted. */
  throttled(scope: string, nowMs: number): void {
    const counts = this.#scope(scope);
    const part = Math.floor(nowMs / PART_MS);
    counts?.throttled.set(part, (counts.throttled.get(part) ?? 0) + 1);
  }

  /** Sums up, and begins anew. */
  sum(nowMs: number, waiting: readonly WaitingIn[]): Summary {
    const intervalMs = Math.max(1, nowMs - this.#sinceMs);
    const buckets = new Map<string, BucketActivity>();
    for (const [key, { limit, granted, refused }] of this.#buckets)
      buckets.set(key, { key, limit, granted, refused, waiting: 0 });
    const waits = new Map<string, number>();
    for (const { scope, keys, count } of waiting) {
      waits.set(scope, (waits.get(scope) ?? 0) + count);
      for (const [key, limit] of keys) {
        const own = buckets.get(key) ?? { key, limit, granted: 0, refused: 0, waiting: 0 };
        buckets.set(key, { ...own, waiting: own.waiting + count });
      }
    }
    const summary = { intervalMs, scopes: this.#readScopes(nowMs, waits), buckets: busiest([...buckets.values()]) };
    this.#sinceMs = nowMs;
    this.#beginAnew(nowMs);
    return summary;
  }

  #beginAnew(nowMs: number): void {
    for (const [key, counts] of this.#buckets) {
      if (counts.granted + counts.refused > 0) counts.askedMs = nowMs;
      counts.granted = 0;
      counts.refused = 0;
      if (nowMs - counts.askedMs > REMEMBERED_MS) this.#buckets.delete(key);
    }
    if (this.#buckets.size <= MOST_REMEMBERED) return;
    for (const [key, { askedMs }] of this.#buckets) if (askedMs < nowMs) this.#buckets.delete(key);
    // Still too many: so many are asked for at once that each is a passer-by.
    if (this.#buckets.size > MOST_REMEMBERED) this.#buckets.clear();
  }

  #readScopes(nowMs: number, waits: ReadonlyMap<string, number>): Map<string, Activity> {
    const oldest = Math.floor(nowMs / PART_MS) - PARTS;
    for (const scope of waits.keys()) this.#scope(scope);
    const seen = new Map<string, Activity>();
    for (const [scope, counts] of this.#scopes) {
      for (const part of counts.throttled.keys()) if (part <= oldest) counts.throttled.delete(part);
      const throttled = [...counts.throttled.values()].reduce((sum, one) => sum + one, 0);
      const { granted, refused } = counts;
      const activity = { granted, refused, waiting: waits.get(scope) ?? 0, throttled };
      counts.granted = 0;
      counts.refused = 0;
      if (granted + refused + activity.waiting + throttled === 0) this.#scopes.delete(scope);
      else seen.set(scope, activity);
    }
    return seen;
  }

  #scope(scope: string): ScopeCounts | undefined {
    const known = this.#scopes.get(scope);
    if (known !== undefined || this.#scopes.size >= MOST_SCOPES) return known;
    const counts = { granted: 0, refused: 0, throttled: new Map<number, number>() };
    this.#scopes.set(scope, counts);
    return counts;
  }
}

/** How many wait for some buckets together. */
export interface WaitingIn {
  readonly scope: string;
  /** Names in Redis, and limits. */
  readonly keys: readonly (readonly [key: string, limit: Limit])[];
  readonly count: number;
}

/** Where somebody waits first, then where most is asked. */
function busiest(buckets: readonly BucketActivity[]): readonly BucketActivity[] {
  const asked = ({ granted, refused }: BucketActivity): number => granted + refused;
  return buckets
    .toSorted((one, other) => other.waiting - one.waiting || asked(other) - asked(one))
    .slice(0, MOST_BUCKETS);
}
