import type { TakeReply } from "@sluice/limiter";
import type { Question } from "./judge.js";

/** How long tokens that were taken along may be spent. Unit: milliseconds. */
export const KEPT_MS = 1_000;
/** Who does not come again within this time is asked about each time. Unit: milliseconds. */
const RETURNS_WITHIN_MS = 400;
/** As if nobody came more often. Unit: milliseconds. */
const LEAST_APART_MS = 0.01;
/** Fewer are not worth it: of a slow limit every token is told apart, and every decision asks. */
const LEAST = 16;
/** Of those, what a process must get to be worth it. */
const LEAST_EACH = 2;
/** Of a small bucket no more than this part is held by all together. */
const LARGEST_PART = 1 / 16;
/** Of what is there above the half, this part may be held by all together, should it be more than refills. */
const PART_OF_PLENTY = 1 / 32;

/** Tokens of one bucket that were taken along with an earlier decision, while it was at least half full: the next decisions are made from them. */
export class Advance {
  /** Most tokens at once where there is no plenty, for a process that is alone. */
  readonly #most: number;
  readonly #half: number;
  readonly #perMs: number;
  #tokens = 0;
  /** Of a token that was given back in parts, less than one. */
  #part = 0;
  #drawn = 1;
  #untilMs = 0;
  #heardMs = 0;
  #cameMs = Number.NEGATIVE_INFINITY;
  /** Between two who come, lately. */
  #apartMs = Number.POSITIVE_INFINITY;
  #alone = true;
  #asking = false;
  #reply: TakeReply | undefined;

  /**
   * @param most - see `mostAhead`.
   * @param burst - of the bucket.
   * @param refillRate - of the bucket.
   */
  constructor(most: number, burst: number, refillRate: number) {
    this.#most = most;
    this.#half = burst / 2;
    this.#perMs = refillRate / 1000;
  }

  /** Tokens that may still be spent. */
  unspent(nowMs: number): number {
    return nowMs < this.#untilMs ? this.#tokens : 0;
  }

  /** The reply of the store as it would be now, for one token spent from here; undefined where the store has to be asked. */
  spend(nowMs: number): TakeReply | undefined {
    const reply = this.#reply;
    if (reply === undefined || this.#tokens === 0 || nowMs >= this.#untilMs) return undefined;
    this.#tokens -= 1;
    this.came(nowMs);
    const { slots, binding, standings } = reply;
    const nowUs = reply.nowUs + (nowMs - this.#heardMs) * 1000;
    const remaining = reply.remaining + this.#tokens;
    // Field by field: with a spread, making it takes as long as all the rest.
    return standings === undefined
      ? { nowUs, slots, nextUs: nowUs, binding, remaining, idleUs: reply.idleUs }
      : { nowUs, slots, nextUs: nowUs, binding, remaining, idleUs: reply.idleUs, standings };
  }

  /** Whether it is time to ask for more, so that nobody has to wait for it. */
  low(nowMs: number): boolean {
    return !this.#asking && (this.#tokens * 2 < this.#drawn || nowMs > this.#untilMs - KEPT_MS / 2);
  }

  /** Somebody has come. */
  came(nowMs: number): void {
    const apartMs = nowMs - this.#cameMs;
    this.#cameMs = nowMs;
    if (apartMs > RETURNS_WITHIN_MS) {
      // Whoever comes in trains will do so again; whoever comes alone twice does not.
      if (this.#alone) this.#apartMs = Number.POSITIVE_INFINITY;
      this.#alone = true;
      return;
    }
    this.#alone = false;
    this.#apartMs = Number.isFinite(this.#apartMs) ? this.#apartMs + (apartMs - this.#apartMs) / 4 : apartMs;
  }

  /** How many tokens to take along with a question that is put now, by one of so many processes; 0 for none. */
  wanted(nowMs: number, peers: number): number {
    const spare = (this.#reply?.remaining ?? 0) - this.#half;
    const most = Math.floor(Math.max(this.#most, spare * PART_OF_PLENTY) / peers);
    if (this.#asking || this.#apartMs > RETURNS_WITHIN_MS || most < LEAST_EACH || spare < 0) return 0;
    const used = Math.ceil(KEPT_MS / Math.max(this.#apartMs, LEAST_APART_MS));
    return Math.max(0, Math.min(most, used) - this.unspent(nowMs));
  }

  /** A question is put that wants more. */
  asking(): void {
    this.#asking = true;
  }

  /** The store has answered. */
  heard(reply: TakeReply, nowMs: number): void {
    this.#reply = reply;
    this.#heardMs = nowMs;
  }

  /**
   * So many tokens have come along.
   *
   * @param askedMs - when they were asked for: the store holds their place from a later instant on.
   */
  arrived(tokens: number, askedMs: number, nowMs: number): void {
    this.#asking = false;
    this.#tokens = this.unspent(nowMs) + Math.max(0, tokens);
    this.#drawn = this.#tokens;
    this.#untilMs = askedMs + KEPT_MS;
  }

  /** A question that wanted more was not answered. */
  failed(): void {
    this.#asking = false;
  }

  /** Takes back a token that was spent so long ago: what has refilled since is there already, as in a bucket of the store. */
  putBack(agoMs: number): void {
    this.#part += Math.max(0, 1 - this.#perMs * agoMs);
    if (this.#part < 1) return;
    this.#part -= 1;
    this.#tokens += 1;
  }
}

/**
 * How many tokens of a question's bucket refill within `aheadMs`; 0 where a question is about more than one token of one token bucket, or where
 * they are too few.
 */
export function mostAhead({ charges, standings }: Question, aheadMs: number): number {
  const [charge, second] = charges;
  if (charge?.limit.kind !== "tokenBucket" || second !== undefined || charge.cost !== 1 || standings.length > 1)
    return 0;
  const { refillRate, burst } = charge.limit;
  const most = Math.floor(Math.min((refillRate * aheadMs) / 1000, burst * LARGEST_PART));
  return most < LEAST ? 0 : most;
}
