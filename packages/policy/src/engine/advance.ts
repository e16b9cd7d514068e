import type { TakeReply } from "@sluice/limiter";
import type { Question } from "./judge.js";

/** How long units that were taken along may be spent. Unit: milliseconds. */
export const KEPT_MS = 250;
/** Who does not come again within this time is asked about each time. Unit: milliseconds. */
const RETURNS_WITHIN_MS = 100;
/** As if nobody came more often. Unit: milliseconds. */
const LEAST_APART_MS = 0.01;
/** Fewer are not worth it: of a slow limit every token is told apart, and every decision asks. */
const LEAST = 16;
/** Of those, what a process must get to be worth it. */
const LEAST_EACH = 2;

/**
 * Units of one token bucket that were taken along with an earlier decision, while the bucket stayed at least half full: the next decisions are
 * made from them at once.
 *
 * A unit that is spent late must not come on top of a bucket that has filled up meanwhile. So bucket and units together count as one bucket: from
 * the instant at which that would be full, what flows into it is taken from the units. The limit holds as if each had been asked for.
 */
export class Advance {
  readonly #cost: number;
  readonly #refillPerMs: number;
  /** Most units at once, for a process that is alone. */
  readonly #most: number;
  #units = 0;
  #drawn = 1;
  /** When bucket and units together would be full, if nobody else took from it. */
  #fullMs = 0;
  #perMs = 0;
  #untilMs = 0;
  #heardMs = 0;
  #cameMs = Number.NEGATIVE_INFINITY;
  /** Between two who come, lately. */
  #apartMs = Number.POSITIVE_INFINITY;
  #alone = true;
  #asking = false;
  #reply: TakeReply | undefined;

  /** @param most - see `mostAhead`. */
  constructor({ charges }: Question, most: number) {
    const [charge] = charges;
    this.#cost = charge?.cost ?? 1;
    this.#refillPerMs = charge?.limit.kind === "tokenBucket" ? charge.limit.refillRate / 1000 : 0;
    this.#most = most;
  }

  /** The reply of the store as it would be now, for one unit spent from here; undefined where the store has to be asked. */
  spend(nowMs: number): TakeReply | undefined {
    const reply = this.#reply;
    if (reply === undefined || nowMs >= this.#untilMs) return undefined;
    this.#overflow(nowMs);
    if (this.#units < 1) return undefined;
    this.#units -= 1;
    this.#fullMs += 1 / this.#perMs;
    this.came(nowMs);
    const { slots, binding, standings } = reply;
    const nowUs = reply.nowUs + (nowMs - this.#heardMs) * 1000;
    const remaining = reply.remaining + Math.floor(this.#units) * this.#cost;
    // Field by field: with a spread, making it takes as long as all the rest.
    return standings === undefined
      ? { nowUs, slots, nextUs: nowUs, binding, remaining, idleUs: reply.idleUs }
      : { nowUs, slots, nextUs: nowUs, binding, remaining, idleUs: reply.idleUs, standings };
  }

  /** Whether it is time to ask for more, so that nobody has to wait for it. */
  get low(): boolean {
    return !this.#asking && this.#units * 2 < this.#drawn;
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

  /** How many units to take along with a question that is put now, by one of so many processes; 0 for none. */
  wanted(peers: number): number {
    const most = Math.floor(this.#most / peers);
    if (this.#asking || this.#apartMs > RETURNS_WITHIN_MS || most < LEAST_EACH) return 0;
    this.#asking = true;
    return Math.min(most, Math.ceil(KEPT_MS / Math.max(this.#apartMs, LEAST_APART_MS)));
  }

  /**
   * A question that wanted more has been answered with so many.
   *
   * @param askedMs - when it was put: the answer is no older than that.
   */
  arrived(reply: TakeReply, units: number, askedMs: number, nowMs: number): void {
    this.#asking = false;
    if (units <= 0) return;
    this.#overflow(nowMs);
    this.#perMs = (this.#refillPerMs * (reply.standings?.[0]?.rate ?? 1)) / this.#cost;
    this.#reply = reply;
    this.#heardMs = nowMs;
    this.#untilMs = nowMs + KEPT_MS;
    this.#units += units;
    this.#drawn = this.#units;
    this.#fullMs = askedMs + (reply.idleUs - reply.nowUs) / 1000 - this.#units / this.#perMs;
  }

  /** A question that wanted more was not answered. */
  failed(): void {
    this.#asking = false;
  }

  /** Takes back a unit that was spent. */
  putBack(): void {
    this.#units += 1;
    this.#fullMs -= 1 / this.#perMs;
  }

  #overflow(nowMs: number): void {
    if (nowMs <= this.#fullMs) return;
    this.#units = Math.max(0, this.#units - (nowMs - this.#fullMs) * this.#perMs);
    this.#fullMs = nowMs;
  }
}

/**
 * How many units of a question refill within `aheadMs`; 0 where a question is about more than one token bucket, or where they are too few.
 */
export function mostAhead({ charges, standings }: Question, aheadMs: number): number {
  const [charge, second] = charges;
  if (charge?.limit.kind !== "tokenBucket" || second !== undefined || standings.length > 1) return 0;
  const most = Math.floor((charge.limit.refillRate * aheadMs) / 1000 / charge.cost);
  return most < LEAST ? 0 : most;
}
