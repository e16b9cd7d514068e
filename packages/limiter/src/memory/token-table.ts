import { MICRO, timeToGain } from "../algorithms/drip.js";
import type { Decision } from "../limiter/decision.js";
import type { TokenBucketLimit } from "../limits/token-bucket.js";
import { grownLength, NameIndex } from "./name-index.js";

const FIRST_SLOTS = 32;
const WIDTH = 2;
const AT = 1;
/** Idle buckets are looked for once in so long. Unit: microseconds. */
export const SWEEP_EVERY_US = 1_000_000;

/** Numbers of a limit, as the table counts. */
interface Numbers {
  readonly rate: number;
  readonly cap: number;
  readonly limit: TokenBucketLimit;
}

/**
 * Token buckets of which there is nothing to know but a level: a name, two numbers side by side, so that a decision touches one line of
 * memory, and which limit, all outside the heap. A decision here allocates nothing but its answer. Buckets with a pause or with debits to
 * come live elsewhere meanwhile.
 */
export class TokenTable {
  readonly #names = new NameIndex();
  /** Two numbers a slot: level and its instant. */
  #cells = new Float64Array(FIRST_SLOTS * WIDTH);
  #ids = new Uint32Array(FIRST_SLOTS);
  readonly #numbers: Numbers[] = [];
  readonly #idsOf = new Map<string, number>();
  #lastLimit: TokenBucketLimit | undefined;
  #lastId = 0;
  #sweptTo = 0;
  #sweepAtUs = Number.NEGATIVE_INFINITY;

  get size(): number {
    return this.#names.size;
  }

  has(bucket: string): boolean {
    return this.#names.find(bucket) >= 0;
  }

  /** Whether it is time to look for idle buckets again. */
  sweepDue(nowUs: number): boolean {
    return nowUs >= this.#sweepAtUs;
  }

  /** Takes now or says no; undefined when the bucket is not here, or is here under other numbers. */
  decide(bucket: string, limit: TokenBucketLimit, cost: number, nowUs: number): Decision | undefined {
    const id = limit === this.#lastLimit ? this.#lastId : this.#idOf(limit);
    const slot = this.#names.find(bucket);
    if (slot < 0 || this.#ids[slot] !== id) return undefined;
    const cells = this.#cells;
    const cell = slot * WIDTH;
    const { rate, cap } = this.#numbers[id] as Numbers;
    const level = cells[cell] as number;
    const elapsedUs = nowUs - (cells[cell + AT] as number);
    const needed = cost * MICRO;
    const left = (elapsedUs > 0 ? Math.min(cap, level + Math.floor(elapsedUs * rate)) : level) - needed;
    if (left < 0) {
      const waitUs = timeToGain(rate, needed - level) - Math.max(0, elapsedUs);
      return { kind: "delayed", retryAfterMs: Math.max(0, waitUs) / 1000, bucket };
    }
    cells[cell] = left;
    cells[cell + AT] = nowUs;
    return { kind: "allowed", remaining: Math.floor(left / MICRO), resetAfterMs: timeToGain(rate, cap - left) / 1000 };
  }

  /** What is to be known of a bucket. */
  look(
    bucket: string,
  ): { readonly level: number; readonly atUs: number; readonly limit: TokenBucketLimit } | undefined {
    const slot = this.#names.find(bucket);
    if (slot < 0) return undefined;
    const { limit } = this.#numbers[this.#ids[slot] as number] as Numbers;
    return { level: this.#cells[slot * WIDTH] as number, atUs: this.#cells[slot * WIDTH + AT] as number, limit };
  }

  remove(bucket: string): void {
    const slot = this.#names.find(bucket);
    if (slot >= 0) this.#drop(slot);
  }

  add(bucket: string, limit: TokenBucketLimit, level: number, atUs: number): void {
    const known = this.#names.find(bucket);
    const slot = known < 0 ? this.#names.add(bucket) : known;
    if (slot >= this.#ids.length) this.#grow();
    this.#cells[slot * WIDTH] = level;
    this.#cells[slot * WIDTH + AT] = atUs;
    this.#ids[slot] = this.#idOf(limit);
  }

  /** Forgets full buckets among the next so many; returns when the first of the others will be full. */
  sweep(most: number, nowUs: number): number {
    let firstUs = Number.POSITIVE_INFINITY;
    for (let looked = 0; looked < most; looked += 1) {
      const slot = this.#sweptTo;
      if (slot >= this.#names.slots) {
        this.#sweptTo = 0;
        this.#sweepAtUs = nowUs + SWEEP_EVERY_US;
        break;
      }
      this.#sweptTo += 1;
      if (!this.#names.isUsed(slot)) continue;
      const { rate, cap } = this.#numbers[this.#ids[slot] as number] as Numbers;
      const cell = slot * WIDTH;
      const fullUs = (this.#cells[cell + AT] as number) + timeToGain(rate, cap - (this.#cells[cell] as number));
      if (fullUs <= nowUs) this.#drop(slot);
      else firstUs = Math.min(firstUs, fullUs);
    }
    return firstUs;
  }

  /** Looks at all of them from the beginning. */
  sweepAll(nowUs: number): number {
    this.#sweptTo = 0;
    return this.sweep(Number.POSITIVE_INFINITY, nowUs);
  }

  clear(): void {
    this.#names.clear();
    this.#shrink();
  }

  #drop(slot: number): void {
    this.#names.remove(slot);
    if (this.#names.size === 0) this.#shrink();
  }

  #shrink(): void {
    this.#cells = new Float64Array(FIRST_SLOTS * WIDTH);
    this.#ids = new Uint32Array(FIRST_SLOTS);
  }

  #idOf(limit: TokenBucketLimit): number {
    const key = `${limit.refillRate}/${limit.burst}`;
    let id = this.#idsOf.get(key);
    if (id === undefined) {
      id = this.#numbers.length;
      this.#numbers.push({ rate: limit.refillRate, cap: limit.burst * MICRO, limit });
      this.#idsOf.set(key, id);
    }
    this.#lastLimit = limit;
    this.#lastId = id;
    return id;
  }

  #grow(): void {
    const slots = grownLength(this.#ids.length);
    const [cells, ids] = [new Float64Array(slots * WIDTH), new Uint32Array(slots)];
    cells.set(this.#cells);
    ids.set(this.#ids);
    this.#cells = cells;
    this.#ids = ids;
  }
}
