import { StoreUnavailableError } from "@sluice/core";
import type { Bucket } from "../algorithms/bucket.js";
import { createBucket } from "../algorithms/create-bucket.js";
import { TokenBucket } from "../algorithms/token-bucket.js";
import type { Decision } from "../limiter/decision.js";
import { type Limit, numbersOf } from "../limits/limit.js";
import type { TokenBucketLimit } from "../limits/token-bucket.js";
import { bucketKey, shortName } from "../store/bucket-key.js";
import type { StoreCharge } from "../store/store.js";
import { SWEEP_EVERY_US, TokenTable } from "./token-table.js";

interface Held {
  readonly bucket: Bucket;
  readonly numbers: string;
}

/** How many buckets a call looks at while idle ones are looked for, so that they go without a timer and no call pays for all. */
const LOOKED_AT = 16;

/**
 * Every bucket of a memory store. Token buckets of which only a level is to be known lie in a flat table; the others are objects.
 * Bounded: idle buckets make room for newcomers, and when all are busy a newcomer is refused rather than an old one forgotten.
 */
export class BucketTable {
  readonly #held = new Map<string, Held>();
  readonly #flat = new Map<string, TokenTable>();
  #sweeping: MapIterator<[string, Held]> | undefined;
  #sweepAtUs = Number.NEGATIVE_INFINITY;
  #fullUntilUs = Number.NEGATIVE_INFINITY;
  #lastScope: string | undefined;
  #lastFlat: TokenTable | undefined;

  constructor(readonly maxBuckets: number) {}

  get size(): number {
    let size = this.#held.size;
    for (const table of this.#flat.values()) size += table.size;
    return size;
  }

  /** Takes now or says no; undefined when more is to be known of the bucket than a level. */
  decide(scope: string, bucket: string, limit: TokenBucketLimit, cost: number, nowUs: number): Decision | undefined {
    const name = shortName(bucket);
    const flat = scope === this.#lastScope && this.#lastFlat !== undefined ? this.#lastFlat : this.#flatOf(scope);
    if (flat.sweepDue(nowUs)) flat.sweep(LOOKED_AT, nowUs);
    const decision = flat.decide(name, limit, cost, nowUs);
    if (decision !== undefined || flat.has(name)) return decision;
    if (this.#held.size > 0 && this.#held.has(bucketKey(scope, "tokenBucket", bucket))) return undefined;
    this.makeRoom(1, nowUs);
    flat.add(name, limit, limit.burst * 1e6, nowUs);
    return flat.decide(name, limit, cost, nowUs);
  }

  #flatOf(scope: string): TokenTable {
    this.#lastFlat = this.flat(scope);
    this.#lastScope = scope;
    return this.#lastFlat;
  }

  /** Flat token buckets of a scope. */
  flat(scope: string): TokenTable {
    let table = this.#flat.get(scope);
    if (table === undefined) {
      table = new TokenTable();
      this.#flat.set(scope, table);
    }
    return table;
  }

  /** The bucket of a charge, to be looked at or changed; what was changed has to be kept. */
  open(scope: string, { limit, bucket: name }: StoreCharge, nowUs: number): Bucket {
    const bucket = this.#find(scope, limit, name) ?? createBucket(limit, nowUs);
    bucket.tune(nowUs);
    return bucket;
  }

  keep(scope: string, { limit, bucket: name }: StoreCharge, bucket: Bucket): void {
    const key = bucketKey(scope, limit.kind, name);
    const plain = limit.kind === "tokenBucket" && bucket instanceof TokenBucket ? bucket.plainLevel : undefined;
    if (plain === undefined || limit.kind !== "tokenBucket") {
      if (limit.kind === "tokenBucket") this.#flat.get(scope)?.remove(shortName(name));
      this.#held.set(key, { bucket, numbers: numbersOf(limit) });
      return;
    }
    this.#held.delete(key);
    this.flat(scope).add(shortName(name), limit, plain.level, plain.atUs);
  }

  has(scope: string, { limit, bucket: name }: StoreCharge): boolean {
    if (limit.kind === "tokenBucket" && this.#flat.get(scope)?.has(shortName(name)) === true) return true;
    return this.#held.has(bucketKey(scope, limit.kind, name));
  }

  /** @throws StoreUnavailableError when all buckets are busy and there is no room for so many more. */
  makeRoom(newcomers: number, nowUs: number): void {
    const most = this.maxBuckets - newcomers;
    if (nowUs >= this.#sweepAtUs) this.#sweepHeld(LOOKED_AT, nowUs);
    if (this.size <= most) return;
    // Nothing to look for before the first of the busy ones is idle.
    const firstUs = nowUs >= this.#fullUntilUs ? this.sweepAll(nowUs) : this.#fullUntilUs;
    if (this.size <= most) return;
    this.#fullUntilUs = firstUs;
    throw new StoreUnavailableError(
      `The memory store is full of busy buckets; raise maxBuckets (now ${this.maxBuckets}) or use fewer bucket names`,
    );
  }

  /** Forgets all idle buckets; returns when the first of the others will be idle. */
  sweepAll(nowUs: number): number {
    this.#sweeping = undefined;
    let firstUs = this.#sweepHeld(Number.POSITIVE_INFINITY, nowUs);
    for (const [scope, table] of this.#flat) {
      firstUs = Math.min(firstUs, table.sweepAll(nowUs));
      if (table.size > 0) continue;
      this.#flat.delete(scope);
      this.#lastScope = undefined;
    }
    return firstUs;
  }

  clear(): void {
    this.#held.clear();
    this.#flat.clear();
    this.#lastScope = undefined;
  }

  #find(scope: string, limit: Limit, name: string): Bucket | undefined {
    const flat = limit.kind === "tokenBucket" ? this.#flat.get(scope)?.look(shortName(name)) : undefined;
    if (flat !== undefined) {
      const bucket = new TokenBucket(flat.limit, flat.atUs);
      bucket.plainLevel = flat;
      return flat.limit === limit ? bucket : bucket.retuned(limit);
    }
    const held = this.#held.get(bucketKey(scope, limit.kind, name));
    if (held === undefined) return undefined;
    return held.numbers === numbersOf(limit) && !held.bucket.changing ? held.bucket : held.bucket.retuned(limit);
  }

  #sweepHeld(most: number, nowUs: number): number {
    let firstUs = Number.POSITIVE_INFINITY;
    this.#sweeping ??= this.#held.entries();
    for (let looked = 0; looked < most; looked += 1) {
      const { done, value } = this.#sweeping.next();
      if (done === true) {
        this.#sweeping = undefined;
        this.#sweepAtUs = nowUs + SWEEP_EVERY_US;
        break;
      }
      const untilUs = value[1].bucket.keptUntil(nowUs);
      if (untilUs <= nowUs) this.#held.delete(value[0]);
      else firstUs = Math.min(firstUs, untilUs);
    }
    return firstUs;
  }
}
