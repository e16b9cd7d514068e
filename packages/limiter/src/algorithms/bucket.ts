import type { Limit } from "../limits/limit.js";

/**
 * The state of one bucket under one algorithm. Instants are whole microseconds of the store's clock. Debits may lie in the
 * future: that is how a slot is booked. The Redis scripts keep the same rules, step by step.
 */
export interface Bucket {
  /** How many units of this cost could be taken at `nowUs`, all at once, without breaking any debit booked for later. */
  units(cost: number, nowUs: number): number;
  /** The first instant from `fromUs` on at which the cost can be debited without breaking any later debit. */
  earliest(cost: number, fromUs: number): number;
  /** Debits the cost at the instant, which `earliest` must have named. */
  take(debit: Debit, nowUs: number): void;
  /** Takes a debit back, as far as that cannot let anybody exceed the limit. */
  giveBack(debit: Debit, nowUs: number): void;
  /** The debit has reached the provider by `nowUs` at the latest: a window counts it from then. */
  landed(debit: Debit, nowUs: number): void;
  /** Nothing before this instant; never shortens a pause. */
  pause(untilUs: number): void;
  /** Lowers the bucket to this many tokens; never fills it. */
  lower(remaining: number, nowUs: number): void;
  /** Whole tokens free now. */
  remaining(nowUs: number): number;
  /** A bucket with other numbers of the same kind that remembers the same debits. */
  retuned(limit: Limit): Bucket;
  /** The first instant at which the state is that of a bucket never used. */
  idleAt(nowUs: number): number;
}

/** Tokens taken at an instant. */
export interface Debit {
  readonly atUs: number;
  readonly cost: number;
  /** Names the unit, so that it can be found again. */
  readonly id: string;
}
