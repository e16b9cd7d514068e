import type { Decision } from "../limiter/decision.js";
import type { Limit } from "../limits/limit.js";
import type { TokenBucketLimit } from "../limits/token-bucket.js";
import type { StandingRequest, StandingRules, StandingSight } from "../standing/standing.js";

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
  /** Whether `take` answers at once, without a promise. @defaultValue `false` */
  readonly immediate?: boolean;
  /**
   * Now or no for one call on one token bucket, whose cost is within the burst, where that can be said at once and fast; undefined
   * where it cannot, and `take` has to be asked.
   */
  decide?(scope: string, bucket: string, limit: TokenBucketLimit, cost: number): Decision | undefined;
  /** Takes units back that will not be used, and frees places that were. */
  giveBack(request: GiveBackRequest): void | Promise<void>;
  /**
   * Units whose requests have been answered: the provider counted each somewhere between its instant and now, so windows count it
   * from now, though never more than two seconds late.
   */
  landed(request: GiveBackRequest): void | Promise<void>;
  /**
   * Holds the places of these units for another lease; says whether all of them were still held. Without it, as without `onRelease`, a
   * store is none for concurrency limits.
   */
  renew?(request: GiveBackRequest): boolean | Promise<boolean>;
  /** Pauses or lowers buckets, never fills them, and tells everybody who waits. */
  observe(request: ObserveRequest): void | Promise<void>;
  /** Calls back whenever a pause begins in this scope, in whichever process it was learned. Returns the way to stop. */
  onPause(scope: string, listener: (pause: Pause) => void): () => void;
  /** Calls back with the names of buckets in this scope whose places were released, in whichever process. Returns the way to stop. */
  onRelease?(scope: string, listener: (buckets: readonly string[]) => void): () => void;
  /** Calls back when the store is closed, with what its questions are answered from then on. Returns the way to stop. */
  onClose?(listener: (error: Error) => void): () => void;
  /** Will ask now and then how many wait here for what, for those who watch the fleet. Returns the way to stop. */
  watchWaiters?(scope: string, waiting: () => readonly Waiting[]): () => void;
  /** Standings as they are now; unknown ones are those of somebody new. */
  standings?(
    scope: string,
    subjects: readonly string[],
    rules: StandingRules,
  ): readonly StandingSight[] | Promise<readonly StandingSight[]>;
  /** Forgives: these standings are those of somebody new from now on. */
  forgive?(scope: string, subjects: readonly string[]): void | Promise<void>;
  /** How long an answer takes; those who wait ask that much early. Unit: milliseconds. */
  readonly latencyMs: number;
  /** Processes that share this store, as last seen; those who wait then take no more at once than their part. @defaultValue 1 */
  readonly peers?: number;
  close(): Promise<void>;
}

/** How many wait for the same charges. */
export interface Waiting {
  readonly charges: readonly StoreCharge[];
  readonly count: number;
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
  /** Whether somebody waits for what is not there yet, and wants to hear of released places. */
  readonly waiting?: boolean;
  /** Draws the units of one token bucket in advance, for a cost of 1 each: never more than leaves half of the burst to the others. */
  readonly loan?: Loan;
  /**
   * Whose conduct changes the rates of which charges. A refusal by one of these charges is a violation. Read, applied and written in the
   * same step; a look changes none. @defaultValue none
   */
  readonly standings?: readonly StandingRequest[];
}

/** Whose loan a question is about. */
export interface Loan {
  /** Name of the process and limiter; short, of harmless characters. */
  readonly holder: string;
  /** Tokens the holder has from before and has not spent. */
  readonly unspent: number;
  /** How long what is out stays its own. Unit: milliseconds. */
  readonly leaseMs: number;
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
  /** Index of the charge that has the fewest tokens left, where that is known. */
  readonly least?: number;
  /** In the order asked; none when none were asked about, or nobody knows them. */
  readonly standings?: readonly StandingSight[];
}

/** Units named one by one. */
export interface GiveBackRequest {
  readonly scope: string;
  readonly charges: readonly StoreCharge[];
  readonly id: string;
  readonly units: readonly { readonly atUs: number; readonly unit: number }[];
  /** These are tokens of a loan, which is over. */
  readonly loan?: Loan;
}

/** What a provider said about some buckets. */
export interface ObserveRequest {
  readonly scope: string;
  readonly charges: readonly StoreCharge[];
  /** Unit: milliseconds. 0 for no pause. */
  readonly pauseMs: number;
  readonly remaining: number | undefined;
  /** How long `remaining` is true: until the provider's own window ends. Unit: milliseconds, above 0. @defaultValue our window's length */
  readonly remainingForMs?: number | undefined;
  /** Whether the provider refused what these buckets had granted: the quota is then taken to be shared with strangers. */
  readonly refused?: boolean;
}

/** A pause that has begun. */
export interface Pause {
  readonly buckets: readonly string[];
  /** What is left of it. Unit: milliseconds. */
  readonly pauseMs: number;
}
