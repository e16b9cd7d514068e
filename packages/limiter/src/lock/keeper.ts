/** Where locks are kept: single attempts, without waiting. `createLock` makes a Lock of it. */
export interface LockKeeper {
  /**
   * Longest pause between two attempts for a lock that somebody else holds.
   * Unit: milliseconds.
   */
  readonly pollMs: number;
  /**
   * One attempt; undefined when somebody else holds the lock. Settles within a bounded time.
   *
   * @throws StoreUnavailableError when that cannot be told.
   */
  take(name: string, leaseMs: number): Promise<Kept | undefined>;
  close(): Promise<void>;
}

/** What an attempt that succeeded has taken. */
export interface Kept {
  /** Larger than every one that was given out for this name before. */
  readonly fence: number;
  /** Whether another process was waiting for this lock. */
  readonly contended: boolean;
  /** Begins the lease anew; false when the lock is no longer ours. @throws StoreUnavailableError when that cannot be told. */
  extend(leaseMs: number): Promise<boolean>;
  /** Gives the lock back; false when it was no longer ours. @throws StoreUnavailableError when that cannot be told. */
  release(): Promise<boolean>;
}
