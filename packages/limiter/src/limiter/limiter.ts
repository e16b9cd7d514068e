import type { InspectOptions, LimiterSight } from "../inspect/sight.js";
import type { Charge } from "../limits/charge.js";
import type { Decision } from "./decision.js";

/** Grants tokens from shared buckets. Every method refuses bad input with a ConfigError before the store is touched. */
export interface Limiter {
  /** Now or no: takes all charges, or nothing. A cost above the burst is answered `impossible`. */
  tryAcquire(charges: Charge | readonly Charge[]): Promise<Decision>;
  /**
   * `tryAcquire` without a promise, for stores that can say so at once: `memoryStore()`, and any store under `lease`.
   *
   * @throws ConfigError when the store has to be asked over a network.
   */
  tryAcquireSync(charges: Charge | readonly Charge[]): Decision;
  /**
   * Gives back what `tryAcquireSync` has spent of one token bucket under `lease`, for another call of this process to spend: as much as has
   * not refilled since, for that much is surely still missing. A lease that has ended meanwhile has nothing to put it into, and it is lost.
   *
   * @param agoMs - since it was spent. Unit: milliseconds. @defaultValue 0
   */
  putBack?(charge: Charge, agoMs?: number): void;
  /**
   * Waits until all charges can be taken, and takes them together.
   *
   * @throws LimitExceededError at once, taking nothing, when the wait cannot end before the timeout.
   * @throws ConfigError when the cost is above the burst: waiting cannot help.
   * @throws the signal's own reason when it aborts; what was taken is given back.
   * @throws SluiceError `LIMITER_CLOSED` when the limiter is closed meanwhile.
   */
  acquire(charges: Charge | readonly Charge[], options?: AcquireOptions): Promise<Grant>;
  /** What `tryAcquire` would answer now; changes nothing. */
  peek(charges: Charge | readonly Charge[]): Promise<Decision>;
  /**
   * How full the buckets of these charges are, who waits for them in this process, and when the next token comes; without charges, of the
   * 1000 buckets that this limiter was asked about most recently, but those with names above 256 characters; where thousands are in use at once, of a sample. Takes nothing and changes no later answer; all buckets are asked about
   * in one round trip. While the store is away it is not asked: the answer is what is known here, and `mode` says so.
   *
   * @throws ConfigError for charges or options out of range, before the store is asked.
   * @throws SluiceError `LIMITER_CLOSED` when the limiter is closed.
   */
  inspect(charges?: Charge | readonly Charge[], options?: InspectOptions): Promise<LimiterSight>;
  /**
   * Books the next free slot, however far off.
   *
   * @throws LimitExceededError when it lies beyond `maxDelayMs`, or when a place of a concurrency limit is missing, since nobody knows
   * when one comes back; nothing is booked then.
   */
  reserve(charges: Charge | readonly Charge[], options?: ReserveOptions): Promise<Reservation>;
  /**
   * Takes the provider's word about the buckets of these charges: a pause holds everybody in every process, those who
   * already wait included; fewer tokens remaining than we thought lowers the bucket. Nothing makes a bucket fuller.
   */
  observe(charges: Charge | readonly Charge[], word: Observation): Promise<void>;
  /**
   * Whether limits hold: `enforce`; `shadow` decides and tells `onDecision`, but neither refuses nor waits; `disabled` does not even
   * ask. May be set at any time; those who wait already go on waiting.
   *
   * @throws ConfigError for anything else.
   */
  mode: Mode;
  /** Fails all waiters with `LIMITER_CLOSED`. A store shared with others is not closed. */
  close(): Promise<void>;
}

/** Whether limits hold. */
export type Mode = "enforce" | "shadow" | "disabled";

/** How to wait. */
export interface AcquireOptions {
  /**
   * Longest wait.
   * Unit: milliseconds. Range: >= 0, `Infinity` for none.
   *
   * @defaultValue 30000
   */
  readonly timeoutMs?: number;
  /** Ends the wait; its reason is what the promise rejects with. */
  readonly signal?: AbortSignal;
  /**
   * Higher goes first among the waiters of this process; equals keep their order. Every eighth grant goes to whoever has waited
   * longest, so that nobody starves.
   * Range: -1e6 to 1e6.
   *
   * @defaultValue 0
   */
  readonly priority?: number;
}

/** Tokens that were taken. */
export interface Grant {
  /** Milliseconds from the question to the grant. */
  readonly waitedMs: number;
  /** When the tokens were debited, on the store's clock, for ledgers. Unit: microseconds. */
  readonly atUs: number;
  /** Whole tokens left, in the bucket that has the fewest, when the store was asked. */
  readonly remaining: number;
  /**
   * When the question was put, on the limiter's clock: leases of its places began after that, however late the answer was read. Nothing
   * where nothing was asked. Unit: milliseconds.
   */
  readonly askedMs?: number;
  /**
   * Gives tokens and places back unused; the second time does nothing.
   *
   * @param buckets - only those of these buckets, for requests of which some limits do not count. @defaultValue all
   */
  giveBack(buckets?: readonly string[]): Promise<void>;
  /** Frees the places of concurrency limits when the work is done; tokens stay spent. The second time does nothing. */
  release(): Promise<void>;
  /**
   * Holds the places for another lease, from now; false when one was lost meanwhile. True where no place is held.
   *
   * @throws StoreUnavailableError when the store cannot be asked; the lease that was there runs on.
   */
  renew(): Promise<boolean>;
  /**
   * Says that the request has been answered. The provider counted it somewhere between its sending and now, so a sliding window
   * holds it from now on, at most two seconds late; without this the window counts from the grant.
   */
  landed(): Promise<void>;
}

/** How far ahead to book. */
export interface ReserveOptions {
  /** Unit: milliseconds. @defaultValue `Infinity` */
  readonly maxDelayMs?: number;
}

/** A booked slot. */
export interface Reservation {
  /** Milliseconds from now until the slot; 0 when it may be used at once. */
  readonly delayMs: number;
  /** Gives the slot back as if it had never been booked; the second time does nothing. */
  cancel(): Promise<void>;
}

/** What a provider said. */
export interface Observation {
  /**
   * Nothing from these buckets for this long.
   * Unit: milliseconds. Range: 0 to one day, more counts as one day.
   */
  readonly retryAfterMs?: number;
  /**
   * Whether the provider refused a request that these buckets had let out. Somebody else uses the quota then: the buckets keep to what
   * was left for us, and try for the whole again within a minute.
   *
   * @defaultValue true with a `retryAfterMs` above 0
   */
  readonly refused?: boolean;
  /** Tokens the provider still sees in these buckets. Only lowers. Range: >= 0. */
  readonly remaining?: number;
  /**
   * How long that is true: until the provider's window ends, which is another one than ours. From then on only our own windows count; 0
   * says that it has ended already, and `remaining` is not used. Token and leaky buckets fill up at their rate whatever is said here.
   * Unit: milliseconds. Range: >= 0, more than a day counts as one day.
   *
   * @defaultValue what is missing counts as taken just now, in our own window
   */
  readonly remainingForMs?: number;
}
