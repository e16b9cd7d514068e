import type { ConcurrencyLimit } from "../limits/concurrency.js";
import type { Limit } from "../limits/limit.js";
import { LONGEST_WAY_MS, type SlidingWindowLimit } from "../limits/windows.js";
import type { Bucket, Debit } from "./bucket.js";
import { lowered, type ProviderWindow } from "./provider-window.js";
import { Share } from "./share.js";

/** One token taken; `atUs` may lie in the future. */
interface Entry {
  readonly atUs: number;
  readonly id: string;
}

const LONGEST_WAY_US = LONGEST_WAY_MS * 1000;

/**
 * An exact sliding window: a token taken at `e` counts in every window that ends at `t` with `t - window < e <= t`, and no
 * such window may hold more than the limit, past or future.
 *
 * Places of a concurrency limit are tokens whose window is the lease; they are given back when they are released.
 */
export class SlidingWindow implements Bucket {
  /** One per token, in order of time. */
  #entries: Entry[] = [];
  #pausedUntilUs = 0;
  #share: Share | undefined;
  #theirs: ProviderWindow | undefined;
  /** The whole limit, or the share of it that strangers leave. */
  #limit: number;
  readonly #wholeLimit: number;
  readonly #windowUs: number;
  readonly #places: boolean;

  constructor(limit: SlidingWindowLimit | ConcurrencyLimit) {
    this.#places = limit.kind === "concurrency";
    this.#wholeLimit = limit.kind === "concurrency" ? limit.max : limit.limit;
    this.#limit = this.#wholeLimit;
    this.#windowUs = (limit.kind === "concurrency" ? limit.leaseMs : limit.windowMs) * 1000;
  }

  get bookable(): boolean {
    return !this.#places;
  }

  most(cost: number): number {
    return Math.floor(this.#wholeLimit / cost);
  }

  units(cost: number, nowUs: number): number {
    if (nowUs < this.#pausedUntilUs) return 0;
    const units = Math.max(0, Math.floor(this.#open(nowUs) / cost));
    return units === 0 && cost > this.#limit && this.earliest(cost, nowUs) === nowUs ? 1 : units;
  }

  earliest(cost: number, fromUs: number): number {
    let t = Math.max(fromUs, this.#pausedUntilUs);
    t = this.#theirs?.earliest(cost, t) ?? t;
    // A share below the cost would never do, and the whole may come back.
    const limit = Math.max(this.#limit, cost);
    for (;;) {
      const excess = this.#used(t) + cost - limit;
      if (excess > 0) {
        // The window has room again when that many of its oldest tokens have left it.
        const oldest = this.#firstAfter(t - this.#windowUs);
        t = (this.#entries[oldest + excess - 1] as Entry).atUs + this.#windowUs;
        continue;
      }
      const blockedUs = this.#firstFull(t, cost);
      if (blockedUs === undefined) return t;
      t = blockedUs;
    }
  }

  take(debit: Debit, nowUs: number): void {
    this.#theirs?.take(debit.cost, debit.atUs);
    this.#add(debit, nowUs);
  }

  giveBack(debit: Debit, nowUs: number): void {
    this.#theirs?.giveBack(debit.cost, debit.atUs);
    this.#remove(debit, nowUs);
  }

  landed(debit: Debit, nowUs: number): void {
    if (this.#places) return;
    const atUs = Math.min(nowUs, debit.atUs + LONGEST_WAY_US);
    // One that has left the window already stays gone.
    const gone = debit.atUs + this.#windowUs <= nowUs;
    if (gone || atUs <= debit.atUs || !this.#entries.some((entry) => entry.id === debit.id)) return;
    this.#remove(debit, nowUs);
    this.#add({ ...debit, atUs }, nowUs);
  }

  renew(debit: Debit, nowUs: number): boolean {
    if (!this.#places) return true;
    this.#trim(nowUs);
    const held = this.#entries.filter((entry) => entry.id === debit.id).length;
    if (held < debit.cost) return false;
    this.#remove(debit, nowUs);
    this.#add({ ...debit, atUs: nowUs }, nowUs);
    return true;
  }

  refused(nowUs: number): void {
    if (this.#places || nowUs < this.#pausedUntilUs) return;
    const used = this.#used(nowUs);
    if (this.#share === undefined) this.#share = new Share(nowUs);
    else if (!this.#share.refused(nowUs, used / this.#wholeLimit)) return;
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

  pause(untilUs: number): void {
    this.#pausedUntilUs = Math.max(this.#pausedUntilUs, untilUs);
  }

  lower(remaining: number, nowUs: number, endsUs?: number): void {
    if (this.#places) return;
    const whole = Math.floor(remaining);
    if (endsUs !== undefined) {
      this.#theirs = lowered(this.#theirs, { remaining: whole, most: this.#wholeLimit, endsUs }, nowUs);
      return;
    }
    const surplus = this.#limit - this.#used(nowUs) - whole;
    if (surplus > 0) this.#add({ atUs: nowUs, cost: surplus, id: "observed" }, nowUs);
  }

  remaining(nowUs: number): number {
    return nowUs < this.#pausedUntilUs ? 0 : Math.max(0, this.#open(nowUs));
  }

  idleAt(nowUs: number): number {
    const last = this.#entries.at(-1);
    const endUs = last === undefined ? 0 : last.atUs + this.#windowUs;
    return Math.max(nowUs, endUs, this.#pausedUntilUs, this.#theirs?.endsUs ?? 0);
  }

  keptUntil(nowUs: number): number {
    return Math.max(this.idleAt(nowUs), this.#share?.endsUs ?? 0);
  }

  retuned(limit: Limit): Bucket {
    if (limit.kind !== "slidingWindow" && limit.kind !== "concurrency") return this;
    const copy = new SlidingWindow(limit);
    copy.#share = this.#share?.clone();
    copy.#theirs = this.#theirs?.clone();
    copy.#entries = [...this.#entries];
    copy.#pausedUntilUs = this.#pausedUntilUs;
    return copy;
  }

  /** Tokens that fit now, into the provider's window too. */
  #open(nowUs: number): number {
    return Math.min(this.#free(nowUs), this.#theirs?.left(nowUs) ?? Number.POSITIVE_INFINITY);
  }

  /** Tokens that fit now into every window that would hold them. */
  #free(nowUs: number): number {
    let most = this.#used(nowUs);
    for (const atUs of this.#laterThan(nowUs)) most = Math.max(most, this.#used(atUs));
    return this.#limit - most;
  }

  /** The first later token whose window has no room for `cost` more. */
  #firstFull(t: number, cost: number): number | undefined {
    return this.#laterThan(t).find((atUs) => this.#used(atUs) + cost > Math.max(this.#limit, cost));
  }

  /** Instants of tokens in (t, t + window). */
  #laterThan(t: number): number[] {
    const later: number[] = [];
    for (let index = this.#firstAfter(t); index < this.#entries.length; index += 1) {
      const { atUs } = this.#entries[index] as Entry;
      if (atUs >= t + this.#windowUs) break;
      if (atUs !== later.at(-1)) later.push(atUs);
    }
    return later;
  }

  /** Tokens in (t - window, t]. */
  #used(t: number): number {
    return this.#firstAfter(t) - this.#firstAfter(t - this.#windowUs);
  }

  /** Index of the first token after `t`. */
  #firstAfter(t: number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle] as Entry).atUs <= t) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #add(debit: Debit, nowUs: number): void {
    this.#trim(nowUs);
    const index = this.#firstAfter(debit.atUs);
    const tokens = Array.from({ length: debit.cost }, (): Entry => ({ atUs: debit.atUs, id: debit.id }));
    if (index === this.#entries.length) this.#entries.push(...tokens);
    else this.#entries.splice(index, 0, ...tokens);
  }

  #remove(debit: Debit, nowUs: number): void {
    this.#trim(nowUs);
    this.#entries = this.#entries.filter((entry) => entry.id !== debit.id);
  }

  #trim(nowUs: number): void {
    const gone = this.#firstAfter(nowUs - this.#windowUs);
    if (gone > 0) this.#entries.splice(0, gone);
  }
}
