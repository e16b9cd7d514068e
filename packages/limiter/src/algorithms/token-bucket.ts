import type { LeakyBucketLimit } from "../limits/leaky-bucket.js";
import type { Limit } from "../limits/limit.js";
import type { TokenBucketLimit } from "../limits/token-bucket.js";
import type { Bucket, Debit } from "./bucket.js";
import { gain, MICRO, timeToGain } from "./drip.js";
import { enoughForLater, insertLater, type Later } from "./later.js";
import { Lent } from "./lent.js";
import { Share } from "./share.js";

/**
 * A token bucket whose debits may lie in the future.
 *
 * Refill is rounded down and waits are rounded up, so rounding never favours the caller; since refused questions do not
 * touch the state, at most one millionth of a token is lost per grant.
 *
 * Even spacing is a bucket of one token: a call goes when that token is there, and one that costs more leaves a debt.
 */
export class TokenBucket implements Bucket {
  readonly bookable = true;
  /** Level at `atUs`, in millionths of a token. */
  #level: number;
  #atUs: number;
  #pausedUntilUs = 0;
  /** Debits after `atUs`, in order. */
  #later: Later[] = [];
  #share: Share | undefined;
  /** What drips in now: the whole rate, or the share of it that strangers leave. Millionths per microsecond. */
  #rate: number;
  readonly #wholeRate: number;
  /** What may be in the bucket now: all it holds, less what is lent. */
  #cap: number;
  #lent: Lent | undefined;
  readonly #wholeCap: number;
  readonly #spaced: boolean;

  constructor(limit: TokenBucketLimit | LeakyBucketLimit, nowUs: number) {
    this.#spaced = limit.kind === "leakyBucket";
    this.#wholeRate = limit.kind === "leakyBucket" ? limit.rate : limit.refillRate;
    this.#rate = this.#wholeRate;
    this.#wholeCap = limit.kind === "leakyBucket" ? MICRO : limit.burst * MICRO;
    this.#cap = this.#wholeCap;
    this.#level = this.#cap;
    this.#atUs = nowUs;
  }

  /** The level, when it is all there is to this bucket: no pause, no debits to come, no strangers. */
  get plainLevel(): { readonly level: number; readonly atUs: number } | undefined {
    return this.#pausedUntilUs === 0 &&
      this.#later.length === 0 &&
      this.#share === undefined &&
      this.#lent === undefined
      ? { level: this.#level, atUs: this.#atUs }
      : undefined;
  }

  set plainLevel({ level, atUs }: { readonly level: number; readonly atUs: number }) {
    this.#level = level;
    this.#atUs = atUs;
  }

  units(cost: number, nowUs: number): number {
    if (nowUs < this.#pausedUntilUs) return 0;
    if (this.#spaced) return this.earliest(cost, nowUs) === nowUs ? 1 : 0;
    return Math.max(0, Math.floor(this.#free(nowUs) / (cost * MICRO)));
  }

  most(cost: number): number {
    return this.#spaced ? 1 : Math.floor(this.#wholeCap / (cost * MICRO));
  }

  earliest(cost: number, fromUs: number): number {
    const micro = cost * MICRO;
    const needed = Math.min(micro, this.#cap);
    let t = Math.max(fromUs, this.#pausedUntilUs);
    // More than there may be while tokens are lent: not before they are back.
    if (needed < micro && !this.#spaced) t = Math.max(t, this.#lent?.endsUs ?? 0);
    const enough = enoughForLater(this.#later, this.#rate, this.#cap);
    let { level, atUs, next } = this.#walkTo(t);
    for (;;) {
      // Between two debits the first instant with enough is the best: whoever comes later leaves no more to those behind.
      const reachedUs = Math.max(t, atUs + timeToGain(this.#rate, needed - level));
      const debit = this.#later[next];
      if (debit === undefined) return reachedUs;
      if (reachedUs < debit.atUs) {
        const left = this.#grow(this.#grow(level, reachedUs - atUs) - micro, debit.atUs - reachedUs);
        if (left >= (enough[next] as number)) return reachedUs;
      }
      level = this.#grow(level, debit.atUs - atUs) - debit.micro;
      atUs = debit.atUs;
      t = Math.max(t, atUs);
      next += 1;
    }
  }

  take(debit: Debit, nowUs: number): void {
    this.#fold(nowUs);
    this.#share?.count(debit.cost);
    const micro = debit.cost * MICRO;
    if (debit.atUs > nowUs) {
      insertLater(this.#later, { atUs: debit.atUs, micro });
      return;
    }
    this.#level = this.#grow(this.#level, nowUs - this.#atUs) - micro;
    this.#atUs = nowUs;
  }

  giveBack(debit: Debit, nowUs: number): void {
    this.#fold(nowUs);
    this.#share?.count(-debit.cost);
    const micro = debit.cost * MICRO;
    const index = this.#later.findIndex((later) => later.atUs === debit.atUs && later.micro >= micro);
    const later = this.#later[index];
    if (later !== undefined) {
      later.micro -= micro;
      if (later.micro === 0) this.#later.splice(index, 1);
      return;
    }
    if (this.#atUs === debit.atUs) {
      this.#level = Math.min(this.#cap, this.#level + micro);
      return;
    }
    // Others took since. Had the bucket been full, its overflow would have eaten what has dripped in since the debit, so
    // only the rest is surely still missing.
    const missing = micro - gain(this.#rate, nowUs - debit.atUs);
    if (missing <= 0) return;
    this.#level = Math.min(this.#cap, this.#grow(this.#level, nowUs - this.#atUs) + missing);
    this.#atUs = nowUs;
  }

  /** What has dripped in does not depend on when the provider saw the request. */
  landed(): void {}

  renew(): boolean {
    return true;
  }

  pause(untilUs: number): void {
    this.#pausedUntilUs = Math.max(this.#pausedUntilUs, untilUs);
  }

  refused(nowUs: number, againUs: number): void {
    if (nowUs < this.#pausedUntilUs) return;
    if (this.#share === undefined) this.#share = new Share(nowUs);
    else if (!this.#share.refused(nowUs, this.#share.measured(nowUs, this.#wholeRate / MICRO))) return;
    // The provider has nothing now, and one token when it says so; neither have we.
    this.tune(nowUs);
    this.lower(Math.max(0, MICRO - gain(this.#rate, againUs - nowUs)) / MICRO, nowUs);
  }

  get changing(): boolean {
    return this.#share !== undefined || this.#lent !== undefined;
  }

  tune(nowUs: number): void {
    if (this.#lent !== undefined) this.#settleBrim(nowUs);
    if (this.#share === undefined) return;
    // What dripped in since the last change is counted at the rate of now, which is the higher one.
    if (nowUs >= this.#share.endsUs) this.#share = undefined;
    this.#rate = this.#wholeRate * (this.#share?.at(nowUs) ?? 1);
  }

  lendable(holder: string, nowUs: number): number {
    return Math.max(0, Math.floor(this.#wholeCap / (2 * MICRO)) - (this.#lent?.out(nowUs, holder) ?? 0));
  }

  lend(holder: string, tokens: number, untilUs: number, nowUs: number): void {
    this.#lent ??= new Lent();
    this.#lent.lend(holder, tokens, untilUs, nowUs);
    this.#settleBrim(nowUs);
  }

  repay(holder: string, tokens: number, nowUs: number): void {
    this.lend(holder, 0, nowUs, nowUs);
    this.#level = Math.min(this.#cap, this.#level + tokens * MICRO);
  }

  lower(remaining: number, nowUs: number): void {
    this.#fold(nowUs);
    const level = this.#grow(this.#level, nowUs - this.#atUs);
    const most = Math.floor(remaining * MICRO);
    if (level <= most) return;
    this.#level = most;
    this.#atUs = nowUs;
  }

  remaining(nowUs: number): number {
    return this.units(1, nowUs);
  }

  idleAt(nowUs: number): number {
    const end = this.#later.reduce(
      ({ level, atUs }, debit) => ({ level: this.#grow(level, debit.atUs - atUs) - debit.micro, atUs: debit.atUs }),
      { level: this.#level, atUs: this.#atUs },
    );
    return Math.max(nowUs, end.atUs + timeToGain(this.#rate, this.#cap - end.level), this.#pausedUntilUs);
  }

  keptUntil(nowUs: number): number {
    return Math.max(
      this.idleAt(nowUs),
      this.#share?.endsUs ?? 0,
      this.#lent === undefined ? 0 : this.#lent.endsUs + timeToGain(this.#rate, this.#wholeCap - this.#cap),
    );
  }

  retuned(limit: Limit): Bucket {
    if (limit.kind !== "tokenBucket" && limit.kind !== "leakyBucket") return this;
    const copy = new TokenBucket(limit, this.#atUs);
    copy.#share = this.#share?.clone();
    copy.#lent = this.#lent?.clone();
    copy.#cap = copy.#wholeCap - (copy.#lent?.total ?? 0) * MICRO;
    copy.#level = Math.min(copy.#cap, this.#level);
    copy.#pausedUntilUs = this.#pausedUntilUs;
    copy.#later = this.#later.map((later) => ({ ...later }));
    return copy;
  }

  /** What could be taken at `nowUs` without breaking a later debit; what is taken cannot overflow meanwhile. */
  #free(nowUs: number): number {
    let { level, atUs, next } = this.#walkTo(nowUs);
    level = this.#grow(level, nowUs - atUs);
    atUs = nowUs;
    let free = level;
    let taken = level;
    for (; next < this.#later.length; next += 1) {
      const debit = this.#later[next] as Later;
      const gained = gain(this.#rate, debit.atUs - atUs);
      level = Math.min(this.#cap, level + gained) - debit.micro;
      taken += gained - debit.micro;
      atUs = debit.atUs;
      free = Math.min(free, level < 0 ? level : taken);
    }
    return free;
  }

  /** Level after all debits up to `t`, when that was, and the index of the next debit. */
  #walkTo(t: number): { level: number; atUs: number; next: number } {
    let level = this.#level;
    let atUs = this.#atUs;
    let next = 0;
    for (; next < this.#later.length; next += 1) {
      const debit = this.#later[next] as Later;
      if (debit.atUs > t) break;
      level = this.#grow(level, debit.atUs - atUs) - debit.micro;
      atUs = debit.atUs;
    }
    return { level, atUs, next };
  }

  /** Debits that lie behind become part of the level. A clock that went back pulls the stored instant back with it. */
  #fold(nowUs: number): void {
    const { level, atUs, next } = this.#walkTo(nowUs);
    this.#level = level;
    this.#atUs = Math.min(atUs, nowUs);
    if (next > 0) this.#later.splice(0, next);
  }

  /** Filled to a lowered brim until the loans end, it is full some time after. */
  get #refilledUs(): number {
    const ended = this.#lent !== undefined && this.#lent.total > 0;
    return ended
      ? (this.#lent?.endsUs ?? 0) + timeToGain(this.#rate, this.#wholeCap - this.#cap)
      : Number.POSITIVE_INFINITY;
  }

  /** Fills up to the brim as it was, and from now on to where it is. */
  #settleBrim(nowUs: number): void {
    const full = nowUs >= this.#refilledUs && nowUs >= this.idleAt(nowUs);
    this.#fold(nowUs);
    this.#level = full ? this.#wholeCap : this.#grow(this.#level, nowUs - this.#atUs);
    this.#atUs = nowUs;
    this.#lent?.settle(nowUs);
    const out = this.#lent?.total ?? 0;
    if (out === 0) this.#lent = undefined;
    this.#cap = this.#wholeCap - out * MICRO;
    this.#level = Math.min(this.#level, this.#cap);
  }

  #grow(level: number, elapsedUs: number): number {
    return Math.min(this.#cap, level + gain(this.#rate, elapsedUs));
  }
}
