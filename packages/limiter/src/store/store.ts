import type { Limit } from "../limits/limit.js";

/**
 * Where buckets live. One atomic step per method; time is the store's own. `@sluice/limiter/testing` has the contract suite
 * that every store must pass.
 */
export interface Store {
  /**
   * Books up to `count` units, each taking all charges together: those free now, then at most `ahead` groups in the future.
   * May answer at once when no input or output is needed.
   */
  take(request: TakeRequest): TakeReply | Promise<TakeReply>;
  /** Takes units back that will not be used. */
  giveBack(request: GiveBackRequest): void | Promise<void>;
  /**
   * Units whose requests have been answered: the provider counted each somewhere between its instant and now, so windows count it
   * from now, though never more than two seconds late.
   */
  landed(request: GiveBackRequest): void | Promise<void>;
  /** Pauses or lowers buckets, never fills them, and tells everybody who waits. */
  observe(request: ObserveRequest): void | Promise<void>;
  /** Calls back whenever a pause begins in this scope, in whichever process it was learned. Returns the way to stop. */
  onPause(scope: string, listener: (pause: Pause) => void): () => void;
  /** How long an answer takes; those who wait ask that much early. Unit: milliseconds. */
  readonly latencyMs: number;
  close(): Promise<void>;
}

/** One bucket and what a unit takes from it. */
export interface StoreCharge {
  readonly bucket: string;
  readonly limit: Limit;
  readonly cost: number;
}

/** A question for units. */
export interface TakeRequest {
  /** Whose buckets: one scope lives together, on one node of a cluster. */
  readonly scope: string;
  readonly charges: readonly StoreCharge[];
  readonly count: number;
  readonly ahead: number;
  readonly group: number;
  /** Unit: milliseconds. */
  readonly withinMs: number;
  /** Unique name of this question; its units are found again by it. */
  readonly id: string;
  readonly peek: boolean;
}

/** The answer. Instants are microseconds of the store's clock. */
export interface TakeReply {
  readonly nowUs: number;
  readonly slots: readonly { readonly atUs: number; readonly units: number }[];
  /** When one unit more could be had. */
  readonly nextUs: number;
  /** Index of the charge that decides `nextUs`. */
  readonly binding: number;
  /** Whole tokens left now in the fullest sense: the least over the charges. */
  readonly remaining: number;
  /** When all buckets would be full again. */
  readonly idleUs: number;
}

/** Units named one by one. */
export interface GiveBackRequest {
  readonly scope: string;
  readonly charges: readonly StoreCharge[];
  readonly id: string;
  readonly units: readonly { readonly atUs: number; readonly unit: number }[];
}

/** What a provider said about some buckets. */
export interface ObserveRequest {
  readonly scope: string;
  readonly charges: readonly StoreCharge[];
  /** Unit: milliseconds. 0 for no pause. */
  readonly pauseMs: number;
  readonly remaining: number | undefined;
}

/** A pause that has begun. */
export interface Pause {
  readonly buckets: readonly string[];
  /** What is left of it. Unit: milliseconds. */
  readonly pauseMs: number;
}
