import type { Limit, TokenBucketLimit } from "../limits/limit.js";
import type { Bucket, Debit } from "./bucket.js";

/** Tokens are counted in millionths, as whole numbers: a rate in tokens per second is millionths per microsecond. */
const MICRO = 1e6;

interface Later {
  atUs: number;
  micro: number;
}

/**
 * A token bucket whose debits may lie in the future.
 *
 * Refill is rounded down and waits are rounded up, so rounding never favours the caller; since refused questions do not
 * touch the state, at most one millionth of a token is lost per grant.
 */
export class TokenBucket implements Bucket {
  /** Level at `atUs`, in millionths of a token. */
  #level: number;
  #atUs: number;
  #pausedUntilUs = 0;
  /** Debits after `atUs`, in order. */
  #later: Later[] = [];
  readonly #rate: number;
  readonly #cap: number;

  constructor(limit: TokenBucketLimit, nowUs: number) {
    this.#rate = limit.refillRate;
    this.#cap = limit.burst * MICRO;
    this.#level = this.#cap;
    this.#atUs = nowUs;
  }

  units(cost: number, nowUs: number): number {
    return nowUs < this.#pausedUntilUs ? 0 : Math.max(0, Math.floor(this.#free(nowUs) / (cost * MICRO)));
  }

  earliest(cost: number, fromUs: number): number {
    const micro = cost * MICRO;
    let t = Math.max(fromUs, this.#pausedUntilUs);
    for (;;) {
      let { level, atUs, next } = this.#walkTo(t);
      if (this.#grow(level, t - atUs) < micro) {
        const reachedUs = atUs + this.#timeToGain(micro - level);
        const debit = this.#later[next];
        if (debit !== undefined && debit.atUs < reachedUs) {
          t = debit.atUs;
          continue;
        }
        t = reachedUs;
      }
      level = this.#grow(level, t - atUs) - micro;
      atUs = t;
      const blockedUs = this.#firstBroken(level, atUs, next);
      if (blockedUs === undefined) return t;
      t = blockedUs;
    }
  }

  take(debit: Debit, nowUs: number): void {
    this.#fold(nowUs);
    const micro = debit.cost * MICRO;
    if (debit.atUs > nowUs) {
      this.#insert({ atUs: debit.atUs, micro });
      return;
    }
    this.#level = this.#grow(this.#level, nowUs - this.#atUs) - micro;
    this.#atUs = nowUs;
  }

  giveBack(debit: Debit, nowUs: number): void {
    this.#fold(nowUs);
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
    const missing = micro - this.#gain(nowUs - debit.atUs);
    if (missing <= 0) return;
    this.#level = Math.min(this.#cap, this.#grow(this.#level, nowUs - this.#atUs) + missing);
    this.#atUs = nowUs;
  }

  /** What has dripped in does not depend on when the provider saw the request. */
  landed(): void {}

  pause(untilUs: number): void {
    this.#pausedUntilUs = Math.max(this.#pausedUntilUs, untilUs);
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
    return nowUs < this.#pausedUntilUs ? 0 : Math.max(0, Math.floor(this.#free(nowUs) / MICRO));
  }

  idleAt(nowUs: number): number {
    const end = this.#later.reduce(
      ({ level, atUs }, debit) => ({ level: this.#grow(level, debit.atUs - atUs) - debit.micro, atUs: debit.atUs }),
      { level: this.#level, atUs: this.#atUs },
    );
    return Math.max(nowUs, end.atUs + this.#timeToGain(this.#cap - end.level), this.#pausedUntilUs);
  }

  retuned(limit: Limit): Bucket {
    if (limit.kind !== "tokenBucket") return this;
    const copy = new TokenBucket(limit, this.#atUs);
    copy.#level = Math.min(copy.#cap, this.#level);
    copy.#pausedUntilUs = this.#pausedUntilUs;
    copy.#later = this.#later.map((later) => ({ ...later }));
    return copy;
  }

  /** Level free at `nowUs`: what is there, less what later debits will need before it drips in. */
  #free(nowUs: number): number {
    let { level, atUs, next } = this.#walkTo(nowUs);
    level = this.#grow(level, nowUs - atUs);
    atUs = nowUs;
    let free = level;
    for (; next < this.#later.length; next += 1) {
      const debit = this.#later[next] as Later;
      level = this.#grow(level, debit.atUs - atUs) - debit.micro;
      atUs = debit.atUs;
      free = Math.min(free, level);
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

  /** The first later debit that would find too little. */
  #firstBroken(level: number, atUs: number, next: number): number | undefined {
    for (let index = next; index < this.#later.length; index += 1) {
      const debit = this.#later[index] as Later;
      level = this.#grow(level, debit.atUs - atUs) - debit.micro;
      atUs = debit.atUs;
      if (level < 0) return debit.atUs;
    }
    return undefined;
  }

  /** Debits that lie behind become part of the level. A clock that went back pulls the stored instant back with it. */
  #fold(nowUs: number): void {
    const { level, atUs, next } = this.#walkTo(nowUs);
    this.#level = level;
    this.#atUs = Math.min(atUs, nowUs);
    if (next > 0) this.#later.splice(0, next);
  }

  #insert(later: Later): void {
    let index = this.#later.length;
    while (index > 0 && (this.#later[index - 1] as Later).atUs > later.atUs) index -= 1;
    const same = this.#later[index - 1];
    if (same !== undefined && same.atUs === later.atUs) same.micro += later.micro;
    else this.#later.splice(index, 0, later);
  }

  #grow(level: number, elapsedUs: number): number {
    return Math.min(this.#cap, level + this.#gain(elapsedUs));
  }

  #gain(elapsedUs: number): number {
    return Math.floor(Math.max(0, elapsedUs) * this.#rate);
  }

  /** The shortest time after which `#gain` is at least this much. */
  #timeToGain(micro: number): number {
    if (micro <= 0) return 0;
    let elapsedUs = Math.ceil(micro / this.#rate);
    // Division and multiplication round apart by at most one step.
    while (Math.floor(elapsedUs * this.#rate) < micro) elapsedUs += 1;
    return elapsedUs;
  }
}
