import { MICRO, timeToGain } from "../algorithms/drip.js";
import type { Decision } from "../limiter/decision.js";
import type { TokenBucketLimit } from "../limits/token-bucket.js";

const FIRST_SLOTS = 1024;
const WIDTH = 3;
const AT = 1;
const NUMBERS = 2;
/** Idle buckets are looked for once in so long. Unit: microseconds. */
export const SWEEP_EVERY_US = 1_000_000;

/** Numbers of a limit, as the table counts. */
interface Numbers {
  readonly rate: number;
  readonly cap: number;
  readonly limit: TokenBucketLimit;
}

/**
 * Token buckets of which there is nothing to know but a level: one number each in the index, three in a flat array outside the heap.
 * A decision here allocates nothing but its answer. Buckets with a pause or with debits to come live elsewhere meanwhile.
 */
export class TokenTable {
  readonly #slots = new Map<string, number>();
  /** Three numbers a slot, side by side, so that a decision touches one line of memory: level, its instant, which numbers. */
  #cells = new Float64Array(FIRST_SLOTS * WIDTH);
  #used = 0;
  readonly #free: number[] = [];
  readonly #numbers: Numbers[] = [];
  readonly #ids = new Map<string, number>();
  #lastLimit: TokenBucketLimit | undefined;
  #lastId = 0;
  /** Only while a sweep is under way: a map keeps what it has outgrown for as long as somebody iterates. */
  #sweeping: MapIterator<[string, number]> | undefined;
  #sweepAtUs = Number.NEGATIVE_INFINITY;

  get size(): number {
    return this.#slots.size;
  }

  has(bucket: string): boolean {
    return this.#slots.has(bucket);
  }

  /** Whether it is time to look for idle buckets again. */
  sweepDue(nowUs: number): boolean {
    return nowUs >= this.#sweepAtUs;
  }

  /** Takes now or says no; undefined when the bucket is not here, or is here under other numbers. */
  decide(bucket: string, limit: TokenBucketLimit, cost: number, nowUs: number): Decision | undefined {
    const id = limit === this.#lastLimit ? this.#lastId : this.#idOf(limit);
    const slot = this.#slots.get(bucket);
    const cells = this.#cells;
    if (slot === undefined || cells[slot + NUMBERS] !== id) return undefined;
    const { rate, cap } = this.#numbers[id] as Numbers;
    const level = cells[slot] as number;
    const elapsedUs = nowUs - (cells[slot + AT] as number);
    const needed = cost * MICRO;
    const left = (elapsedUs > 0 ? Math.min(cap, level + Math.floor(elapsedUs * rate)) : level) - needed;
    if (left < 0) {
      const waitUs = timeToGain(rate, needed - level) - Math.max(0, elapsedUs);
      return { kind: "delayed", retryAfterMs: Math.max(0, waitUs) / 1000, bucket };
    }
    cells[slot] = left;
    cells[slot + AT] = nowUs;
    return { kind: "allowed", remaining: Math.floor(left / MICRO), resetAfterMs: timeToGain(rate, cap - left) / 1000 };
  }

  /** What is to be known of a bucket. */
  look(
    bucket: string,
  ): { readonly level: number; readonly atUs: number; readonly limit: TokenBucketLimit } | undefined {
    const slot = this.#slots.get(bucket);
    if (slot === undefined) return undefined;
    const { limit } = this.#numbers[this.#cells[slot + NUMBERS] as number] as Numbers;
    return { level: this.#cells[slot] as number, atUs: this.#cells[slot + AT] as number, limit };
  }

  remove(bucket: string): void {
    const slot = this.#slots.get(bucket);
    if (slot === undefined) return;
    this.#slots.delete(bucket);
    this.#free.push(slot);
  }

  add(bucket: string, limit: TokenBucketLimit, level: number, atUs: number): void {
    const slot = this.#slots.get(bucket) ?? this.#free.pop() ?? this.#nextSlot();
    this.#slots.set(bucket, slot);
    this.#cells[slot] = level;
    this.#cells[slot + AT] = atUs;
    this.#cells[slot + NUMBERS] = this.#idOf(limit);
  }

  /** Forgets full buckets among the next so many; returns when the first of the others will be full. */
  sweep(most: number, nowUs: number): number {
    let firstUs = Number.POSITIVE_INFINITY;
    this.#sweeping ??= this.#slots.entries();
    for (let looked = 0; looked < most; looked += 1) {
      const { done, value } = this.#sweeping.next();
      if (done === true) {
        this.#sweeping = undefined;
        this.#sweepAtUs = nowUs + SWEEP_EVERY_US;
        break;
      }
      const [bucket, slot] = value;
      const { rate, cap } = this.#numbers[this.#cells[slot + NUMBERS] as number] as Numbers;
      const fullUs = (this.#cells[slot + AT] as number) + timeToGain(rate, cap - (this.#cells[slot] as number));
      if (fullUs <= nowUs) this.remove(bucket);
      else firstUs = Math.min(firstUs, fullUs);
    }
    return firstUs;
  }

  /** Looks at all of them from the beginning. */
  sweepAll(nowUs: number): number {
    this.#sweeping = undefined;
    return this.sweep(Number.POSITIVE_INFINITY, nowUs);
  }

  clear(): void {
    this.#slots.clear();
    this.#free.length = 0;
    this.#used = 0;
  }

  #idOf(limit: TokenBucketLimit): number {
    const key = `${limit.refillRate}/${limit.burst}`;
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.#numbers.length;
      this.#numbers.push({ rate: limit.refillRate, cap: limit.burst * MICRO, limit });
      this.#ids.set(key, id);
    }
    this.#lastLimit = limit;
    this.#lastId = id;
    return id;
  }

  /** Slots are counted by their first cell. */
  #nextSlot(): number {
    if (this.#used === this.#cells.length) {
      const grown = new Float64Array(this.#used * 2);
      grown.set(this.#cells);
      this.#cells = grown;
    }
    this.#used += WIDTH;
    return this.#used - WIDTH;
  }
}
