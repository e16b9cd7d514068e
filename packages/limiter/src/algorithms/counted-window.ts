import type { Limit } from "../limits/limit.js";
import type { FixedWindowLimit, SlidingWindowCounterLimit } from "../limits/windows.js";
import type { Bucket, Debit } from "./bucket.js";
import { lowered, type ProviderWindow } from "./provider-window.js";
import { Share } from "./share.js";

/** Tokens of one window of the row, and when the first of them was taken. */
interface Count {
  used: number;
  firstUs: number;
}

/**
 * Windows that follow one another without gaps from the first token after a rest, of which only counts are kept.
 *
 * Fixed: each holds the limit. Sliding: the window before counts too, by the part of it that a window ending now would cover; a
 * booking in the next window stands for all that follow it there, at the moment of its first.
 */
export class CountedWindow implements Bucket {
  readonly bookable = true;
  /** By number of the window, counted from the anchor. */
  #counts = new Map<number, Count>();
  #anchorUs = 0;
  #pausedUntilUs = 0;
  #share: Share | undefined;
  #theirs: ProviderWindow | undefined;
  #limit: number;
  readonly #wholeLimit: number;
  readonly #windowUs: number;
  readonly #sliding: boolean;

  constructor(limit: FixedWindowLimit | SlidingWindowCounterLimit) {
    this.#wholeLimit = limit.limit;
    this.#limit = limit.limit;
    this.#windowUs = limit.windowMs * 1000;
    this.#sliding = limit.kind === "slidingWindowCounter";
  }

  units(cost: number, nowUs: number): number {
    if (nowUs < this.#pausedUntilUs) return 0;
    const units = Math.max(0, Math.floor(this.#open(nowUs) / cost));
    return units === 0 && cost > this.#limit && this.earliest(cost, nowUs) === nowUs ? 1 : units;
  }

  most(cost: number): number {
    return Math.floor(this.#wholeLimit / cost);
  }

  earliest(cost: number, fromUs: number): number {
    let t = Math.max(fromUs, this.#pausedUntilUs);
    t = this.#theirs?.earliest(cost, t) ?? t;
    if (this.#counts.size === 0) return t;
    const limit = Math.max(this.#limit, cost);
    for (;;) {
      const index = this.#indexAt(t);
      const startUs = this.#startOf(index);
      const room = limit - this.#used(index) - cost;
      if (room < 0 || !this.#nextHolds(index, cost, limit)) {
        t = startUs + this.#windowUs;
        continue;
      }
      const before = this.#sliding ? this.#used(index - 1) : 0;
      if (this.#carried(before, t - startUs) <= room) return t;
      // The window before has to fade until what is left of it fits.
      const enoughUs = Math.floor(this.#windowUs - (room * this.#windowUs) / before);
      t = startUs + Math.max(t - startUs, enoughUs);
      while (this.#carried(before, t - startUs) > room) t += 1;
    }
  }

  take({ cost, atUs }: Debit, nowUs: number): void {
    this.#theirs?.take(cost, atUs);
    this.#count(cost, atUs, nowUs);
  }

  giveBack(debit: Debit, nowUs: number): void {
    this.#trim(nowUs);
    this.#share?.count(-debit.cost);
    this.#theirs?.giveBack(debit.cost, debit.atUs);
    const index = this.#indexAt(debit.atUs);
    const count = this.#counts.get(index);
    if (count === undefined) return;
    count.used -= debit.cost;
    if (count.used <= 0) this.#counts.delete(index);
  }

  /** Which window the provider counts a request in is not known any better by its answer. */
  landed(): void {}

  renew(): boolean {
    return true;
  }

  pause(untilUs: number): void {
    this.#pausedUntilUs = Math.max(this.#pausedUntilUs, untilUs);
  }

  refused(nowUs: number): void {
    if (nowUs < this.#pausedUntilUs) return;
    this.#trim(nowUs);
    const index = this.#indexAt(nowUs);
    const used = this.#used(index) + (this.#sliding ? this.#carried(this.#used(index - 1), this.#into(nowUs)) : 0);
    const measured = Math.min(1, used / this.#wholeLimit);
    if (this.#share === undefined) this.#share = new Share(nowUs);
    else if (!this.#share.refused(nowUs, measured)) return;
    this.tune(nowUs);
  }

  get changing(): boolean {
    return this.#share !== undefined;
  }

  tune(nowUs: number): void {
    if (this.#share === undefined) return;
    if (nowUs >= this.#share.endsUs) this.#share = undefined;
    this.#limit = Math.max(1, Math.floor(this.#wholeLimit * (this.#share?.at(nowUs) ?? 1)));
  }

  lower(remaining: number, nowUs: number, endsUs?: number): void {
    const whole = Math.floor(remaining);
    if (endsUs !== undefined) {
      this.#theirs = lowered(this.#theirs, { remaining: whole, most: this.#wholeLimit, endsUs }, nowUs);
      return;
    }
    const surplus = this.#free(nowUs) - whole;
    if (surplus > 0) this.#count(surplus, nowUs, nowUs);
  }

  remaining(nowUs: number): number {
    return nowUs < this.#pausedUntilUs ? 0 : Math.max(0, this.#open(nowUs));
  }

  idleAt(nowUs: number): number {
    const last = Math.max(Number.NEGATIVE_INFINITY, ...this.#counts.keys());
    const endUs = this.#counts.size === 0 ? 0 : this.#startOf(last + (this.#sliding ? 2 : 1));
    return Math.max(nowUs, endUs, this.#pausedUntilUs, this.#theirs?.endsUs ?? 0);
  }

  keptUntil(nowUs: number): number {
    return Math.max(this.idleAt(nowUs), this.#share?.endsUs ?? 0);
  }

  retuned(limit: Limit): Bucket {
    if (limit.kind !== "fixedWindow" && limit.kind !== "slidingWindowCounter") return this;
    const copy = new CountedWindow(limit);
    copy.#pausedUntilUs = this.#pausedUntilUs;
    copy.#share = this.#share?.clone();
    copy.#theirs = this.#theirs?.clone();
    copy.#anchorUs = this.#anchorUs;
    for (const { used, firstUs } of this.#counts.values()) copy.#add(copy.#indexAt(firstUs), used, firstUs);
    return copy;
  }

  /** Whole tokens that fit now, in the provider's window too. */
  #open(nowUs: number): number {
    return Math.min(this.#free(nowUs), this.#theirs?.left(nowUs) ?? Number.POSITIVE_INFINITY);
  }

  /** Whole tokens that fit now, in this window and beside what is booked in the next. */
  #free(nowUs: number): number {
    if (this.#counts.size === 0) return this.#limit;
    const index = this.#indexAt(nowUs);
    const before = this.#sliding ? this.#carried(this.#used(index - 1), this.#into(nowUs)) : 0;
    const free = Math.floor(this.#limit - this.#used(index) - before);
    const next = this.#sliding ? this.#counts.get(index + 1) : undefined;
    if (next === undefined) return free;
    const fits = (tokens: number): boolean => this.#nextHolds(index, tokens, this.#limit);
    // What the first token there leaves for this window, to the token.
    const part = this.#carried(1, next.firstUs - this.#startOf(index + 1));
    let most = Math.min(free, part === 0 ? free : Math.ceil((this.#limit - next.used) / part) - this.#used(index));
    while (most > 0 && !fits(most)) most -= 1;
    return most;
  }

  /** Whether what is booked in the next window still fits beside `cost` more in this one. */
  #nextHolds(index: number, cost: number, limit: number): boolean {
    const next = this.#sliding ? this.#counts.get(index + 1) : undefined;
    if (next === undefined) return true;
    const carried = this.#carried(this.#used(index) + cost, next.firstUs - this.#startOf(index + 1));
    return carried <= limit - next.used;
  }

  /** What a window before still counts, so far into the one after it. */
  #carried(used: number, intoUs: number): number {
    return used === 0 ? 0 : (used * (this.#windowUs - intoUs)) / this.#windowUs;
  }

  #used(index: number): number {
    return this.#counts.get(index)?.used ?? 0;
  }

  #count(cost: number, atUs: number, nowUs: number): void {
    this.#trim(nowUs);
    this.#share?.count(cost);
    if (this.#counts.size === 0) this.#anchorUs = atUs;
    this.#add(this.#indexAt(atUs), cost, atUs);
  }

  #add(index: number, cost: number, atUs: number): void {
    const count = this.#counts.get(index);
    if (count === undefined) this.#counts.set(index, { used: cost, firstUs: atUs });
    else {
      count.used += cost;
      count.firstUs = Math.min(count.firstUs, atUs);
    }
  }

  #indexAt(t: number): number {
    return Math.floor((t - this.#anchorUs) / this.#windowUs);
  }

  #startOf(index: number): number {
    return this.#anchorUs + index * this.#windowUs;
  }

  #into(t: number): number {
    return t - this.#startOf(this.#indexAt(t));
  }

  #trim(nowUs: number): void {
    const oldest = this.#indexAt(nowUs) - (this.#sliding ? 1 : 0);
    for (const index of this.#counts.keys()) if (index < oldest) this.#counts.delete(index);
  }
}
