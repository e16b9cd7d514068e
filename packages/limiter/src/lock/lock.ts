/** One holder at a time for each name, over all processes that share the lock's store. Not re-entrant: who holds a name waits for itself. */
export interface Lock {
  /**
   * Waits for the lock, runs the work under it and gives it back. The lease is extended for as long as the work runs.
   *
   * @throws SluiceError `LOCK_UNAVAILABLE` when the wait would pass `timeoutMs`; `LOCK_LOST` when the work ended well but the lock had
   * ended before it; StoreUnavailableError when the lock's store does not answer; ConfigError for an option out of range; the signal's
   * own reason; whatever the work throws.
   */
  run<Result>(name: string, options: LockOptions, work: (held: Held) => Result | Promise<Result>): Promise<Result>;
  /**
   * Waits for the lock and holds it until `release`, or until the lease ends: here nobody extends it but the holder.
   *
   * @throws as `run` does.
   */
  acquire(name: string, options?: LockOptions): Promise<LockHandle>;
  /** Refuses those who wait, gives back what is held here (whose signals abort), and closes what the lock itself opened. */
  close(): Promise<void>;
}

/** How to wait for a lock and for how long to hold it. */
export interface LockOptions {
  /**
   * After so long without an extension the lock is free again, whatever became of its holder.
   * Unit: milliseconds. Range: whole numbers 50 to 3600000.
   *
   * @defaultValue 10000
   */
  readonly leaseMs?: number | undefined;
  /**
   * Longest wait. 0 tries once.
   * Unit: milliseconds. Range: >= 0, or Infinity.
   *
   * @defaultValue 10000
   */
  readonly timeoutMs?: number | undefined;
  /** Ends the wait with the signal's own reason. Once the lock is held it means nothing any more. */
  readonly signal?: AbortSignal | undefined;
}

/** A lock that is held. */
export interface Held {
  /**
   * Grows with every acquisition of the name. Send it along with each write: a resource that remembers the highest it has seen
   * can refuse the write of a holder that was stalled past its lease.
   */
  readonly fence: number;
  /** Aborts with a SluiceError `LOCK_LOST` when the lock is lost. Asked whether it has aborted, it looks at the clock first. */
  readonly signal: AbortSignal;
  /**
   * Begins the lease anew.
   *
   * @throws SluiceError `LOCK_LOST` when the lock has ended; StoreUnavailableError when the store does not answer, while the lease that
   * was there runs on.
   */
  extend(): Promise<void>;
  /**
   * Call it right before what must not happen without the lock. Looks at the monotonic clock, so it knows of a stall at once.
   *
   * @throws SluiceError `LOCK_LOST` when the lock has ended or was released.
   */
  assertHeld(): void;
}

/** A lock that is held until it is released. */
export interface LockHandle extends Held, AsyncDisposable {
  /**
   * Gives the lock back. Never rejects; a lock that could not be given back ends with its lease.
   *
   * @returns whether it was still held and is free now: false for a second release and for one that comes too late.
   */
  release(): Promise<boolean>;
}
