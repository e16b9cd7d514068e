import { type Clock, StoreUnavailableError, systemClock, wholeBetween } from "@sluice/core";
import type { Bucket } from "../algorithms/bucket.js";
import { plan, type PlannedCharge } from "../algorithms/plan.js";
import { SlidingWindow } from "../algorithms/sliding-window.js";
import { TokenBucket } from "../algorithms/token-bucket.js";
import { capacityOf, type Limit, numbersOf } from "../limits/limit.js";
import { bucketKey } from "../store/bucket-key.js";
import { createPauseListeners } from "../store/pause-listeners.js";
import type { Store, StoreCharge, TakeReply } from "../store/store.js";

/** Settings of a store in memory. */
export interface MemoryStoreOptions {
  /**
   * Most buckets held. Idle ones vanish by themselves; when the table is full of busy ones, a new bucket is refused rather
   * than an old one forgotten.
   * Range: whole numbers 1 to 1e7.
   *
   * @defaultValue 100000
   */
  readonly maxBuckets?: number;
  readonly clock?: Clock;
}

interface Held {
  readonly bucket: Bucket;
  readonly numbers: string;
}

/** Buckets in this process alone: for one process, for tests, and while no shared store can be asked. */
export function memoryStore(options: MemoryStoreOptions = {}): Store & { readonly size: number } {
  const clock = options.clock ?? systemClock;
  const maxBuckets = wholeBetween("maxBuckets", options.maxBuckets ?? 100_000, 1, 1e7);
  const table = new Map<string, Held>();
  const listeners = createPauseListeners();
  const nowUs = (): number => Math.round(clock.now() * 1000);

  const bucketOf = (scope: string, { limit, bucket: name }: StoreCharge, atUs: number, keep: boolean): Bucket => {
    const key = bucketKey(scope, limit.kind, name);
    const held = table.get(key);
    const numbers = numbersOf(limit);
    if (held?.numbers === numbers) return held.bucket;
    const bucket = held === undefined ? createBucket(limit, atUs) : held.bucket.retuned(limit);
    if (keep) table.set(key, { bucket, numbers });
    return bucket;
  };
  const planned = (scope: string, charges: readonly StoreCharge[], atUs: number, keep: boolean): PlannedCharge[] => {
    if (keep) {
      const newcomers = charges.filter(({ limit, bucket }) => !table.has(bucketKey(scope, limit.kind, bucket))).length;
      if (newcomers > 0) makeRoom(table, maxBuckets, newcomers, atUs);
    }
    return charges.map((charge) => ({
      bucket: bucketOf(scope, charge, atUs, keep),
      cost: charge.cost,
      capacity: capacityOf(charge.limit),
    }));
  };

  return {
    latencyMs: 0,
    get size() {
      return table.size;
    },
    take({ scope, charges, count, ahead, group, withinMs, id, peek }): TakeReply {
      const now = nowUs();
      const buckets = planned(scope, charges, now, !peek);
      const done = plan(buckets, { count, ahead, group, withinUs: withinMs * 1000, nowUs: now, id, peek });
      return {
        nowUs: now,
        ...done,
        remaining: Math.min(...buckets.map(({ bucket }) => bucket.remaining(now))),
        idleUs: Math.max(...buckets.map(({ bucket }) => bucket.idleAt(now))),
      };
    },
    giveBack({ scope, charges, id, units }) {
      const now = nowUs();
      for (const { bucket, cost } of planned(scope, charges, now, true)) {
        for (const { atUs, unit } of units) bucket.giveBack({ atUs, cost, id: `${id}.${unit}` }, now);
      }
    },
    landed({ scope, charges, id, units }) {
      const now = nowUs();
      for (const { bucket, cost } of planned(scope, charges, now, true)) {
        for (const { atUs, unit } of units) bucket.landed({ atUs, cost, id: `${id}.${unit}` }, now);
      }
    },
    observe({ scope, charges, pauseMs, remaining }) {
      const now = nowUs();
      for (const { bucket } of planned(scope, charges, now, true)) {
        if (pauseMs > 0) bucket.pause(now + Math.ceil(pauseMs * 1000));
        if (remaining !== undefined) bucket.lower(remaining, now);
      }
      if (pauseMs > 0) listeners.tell(scope, { buckets: charges.map(({ bucket }) => bucket), pauseMs });
    },
    onPause: listeners.add,
    close: async () => table.clear(),
  };
}

function createBucket(limit: Limit, nowUs: number): Bucket {
  return limit.kind === "tokenBucket" ? new TokenBucket(limit, nowUs) : new SlidingWindow(limit);
}

/** How many buckets each newcomer looks at, so that idle ones go without a timer and no call pays for a full sweep. */
const LOOKED_AT = 4;

function makeRoom(table: Map<string, Held>, maxBuckets: number, needed: number, nowUs: number): void {
  const most = maxBuckets - needed;
  const full = table.size > most;
  let looked = 0;
  for (const [key, held] of table) {
    if (full ? table.size <= most : looked >= LOOKED_AT) return;
    if (looked >= table.size) break;
    looked += 1;
    table.delete(key);
    // Busy: to the end of the line, so that the next newcomer looks at others.
    if (held.bucket.idleAt(nowUs) > nowUs) table.set(key, held);
  }
  if (table.size > most) {
    throw new StoreUnavailableError(
      `The memory store is full of busy buckets; raise maxBuckets (now ${maxBuckets}) or use fewer bucket names`,
    );
  }
}
