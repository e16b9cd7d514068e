import type { Limit } from "../limits/limit.js";

/**
 * The state of one bucket under one algorithm. Instants are whole microseconds of the store's clock. Debits may lie in the
 * future: that is how a slot is booked. The Redis scripts keep the same rules, step by step.
 */
export interface Bucket {
  /** How many units of this cost could be taken at `nowUs`, all at once, without breaking any debit booked for later. */
  units(cost: number, nowUs: number): number;
  /** How many units of this cost may ever share an instant. */
  most(cost: number): number;
  /** The first instant from `fromUs` on at which the cost can be debited without breaking any later debit. */
  earliest(cost: number, fromUs: number): number;
  /** Whether what will be free later may be booked now; places come back when they are released, which nobody can foresee. */
  readonly bookable: boolean;
  /** Debits the cost at the instant, which `earliest` must have named. */
  take(debit: Debit, nowUs: number): void;
  /** Takes a debit back, as far as that cannot let anybody exceed the limit. */
  giveBack(debit: Debit, nowUs: number): void;
  /** The debit has reached the provider by `nowUs` at the latest: a window counts it from then. */
  landed(debit: Debit, nowUs: number): void;
  /** Holds a place for another lease; false when it was lost. True where nothing is held. */
  renew(debit: Debit, nowUs: number): boolean;
  /** Nothing before this instant; never shortens a pause. */
  pause(untilUs: number): void;
  /**
   * The provider refused what this bucket had granted, and will grant something at `againUs`: somebody else uses the quota too. Say so
   * before `pause`.
   */
  refused(nowUs: number, againUs: number): void;
  /**
   * Lowers the bucket to this many tokens; never fills it.
   *
   * @param endsUs - when the provider's window ends, of which that is left: from then on a window of ours counts only what it knows
   * itself. Buckets that drip fill up by themselves, and do not need it.
   */
  lower(remaining: number, nowUs: number, endsUs?: number): void;
  /** Whether time alone changes the numbers: a question that takes nothing then asks a copy. */
  readonly changing: boolean;
  /** Takes note of the time, ahead of the questions about it: a share that strangers leave us grows back. */
  tune(nowUs: number): void;
  /** Tokens that this holder may have drawn in advance at the most, those it has not spent yet included; 0 where none are lent. */
  lendable?(holder: string, nowUs: number): number;
  /** What the holder has drawn and not spent from now on, until it says so again or the loan ends. */
  lend?(holder: string, tokens: number, untilUs: number, nowUs: number): void;
  /** The holder brings back what it has not spent, and its loan is over. */
  repay?(holder: string, tokens: number, nowUs: number): void;
  /** Whole tokens free now. */
  remaining(nowUs: number): number;
  /** A bucket with other numbers of the same kind that remembers the same debits. */
  retuned(limit: Limit): Bucket;
  /** When all tokens would be there again. */
  idleAt(nowUs: number): number;
  /** The first instant at which the state is that of a bucket never used, what strangers taught it included. */
  keptUntil(nowUs: number): number;
}

/** Tokens taken at an instant. */
export interface Debit {
  readonly atUs: number;
  readonly cost: number;
  /** Names the unit, so that it can be found again. */
  readonly id: string;
}
