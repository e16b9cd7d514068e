import type { Limit } from "../limits/limit.js";
import { LONGEST_WAY_MS } from "../limits/windows.js";
import type { Store, StoreCharge } from "../store/store.js";
import { horizonMs, reachableInMs } from "./horizon.js";
import { aheadAmong, fairCount, type Pace, paceOf, roundMs } from "./pace.js";

/** Most units asked for at once. */
export const MOST_UNITS = 5_000;
/** Longest head start for a question, so that its answer is there when the unit is due. Unit: milliseconds. */
const MOST_LEAD_MS = 25;
/** Who waits for a place is told when one is released; should that word be lost, it is found out so soon. Unit: milliseconds. */
const LOOK_AGAIN_MS = 1_000;

/** What timing depends on beside the charges. */
export interface TimingSurroundings {
  readonly store: Store;
  /** How many want tokens of a bucket: lanes of this process with waiters, times processes. */
  readonly sharers: (bucket: string) => number;
}

/** When a lane asks, for how many units, and how far ahead it books. All times on the limiter's clock, in milliseconds. */
export class LaneTiming {
  readonly #pace: Pace;
  /** How far ahead all that counts in the windows then is settled by now. */
  readonly #settledMs: number;

  constructor(
    readonly charges: readonly StoreCharge[],
    readonly around: TimingSurroundings,
  ) {
    this.#pace = paceOf(charges);
    this.#settledMs = Math.min(...charges.map(({ limit }) => settledMs(limit)));
  }

  /** Whether only what is due soon is booked, so that units booked are no reason to ask later. */
  get slow(): boolean {
    return this.#pace.slow;
  }

  /** How much earlier to ask, so that the answer is there in time. */
  get leadMs(): number {
    return Math.min(MOST_LEAD_MS, this.around.store.latencyMs);
  }

  /** How many units to ask for, and how many of them ahead. */
  portion(wanted: number): { readonly count: number; readonly ahead: number; readonly group: number } {
    const ahead = aheadAmong(this.#pace, this.around.store.peers ?? 1);
    const fair = fairCount(this.charges, this.#pace, ahead, this.around.sharers);
    return { count: Math.min(wanted, MOST_UNITS, fair), ahead, group: this.#pace.group };
  }

  /** How far ahead to book for those who have waited so long and can wait so much longer. */
  reachMs(waitedMs: number, patienceMs: number): number {
    const surelyMs = Math.min(patienceMs, this.#settledMs);
    if (!this.#pace.slow) return surelyMs;
    // What is asked for a little early must be within reach all the same.
    return Math.min(surelyMs, horizonMs(waitedMs, this.#roundMs) + this.leadMs);
  }

  /**
   * Whether the charge with this index is a rate: when it has a token again is known, and nobody is served before. When a place comes
   * back, nobody can tell.
   */
  foreseeable(binding: number): boolean {
    return this.charges[binding]?.limit.kind !== "concurrency";
  }

  /** When to ask again for a unit that can be had at `nextMs`, as the charge with this index has it. */
  hopedMs(nowMs: number, nextMs: number, waitedMs: number, binding: number): number {
    if (!this.foreseeable(binding)) return Math.min(nextMs, nowMs + LOOK_AGAIN_MS);
    if (!this.#pace.slow || this.#pace.ahead === 0) return nextMs;
    return nowMs + reachableInMs(nextMs - nowMs, waitedMs, this.#roundMs);
  }

  get #roundMs(): number {
    return roundMs(this.charges, this.around.sharers);
  }
}

/**
 * A request in flight still moves in its window when it is answered: a slot that is free once it has left may then not be free. What
 * was granted longer ago than that does not move any more.
 */
function settledMs(limit: Limit): number {
  return limit.kind === "slidingWindow" ? Math.max(0, limit.windowMs - LONGEST_WAY_MS) : Number.POSITIVE_INFINITY;
}
