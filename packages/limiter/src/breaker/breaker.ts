import type { Settled } from "@sluice/core";

/**
 * `closed`: calls go. `open`: calls are refused until a time. `half-open`: a few calls are let through to see. `isolated`: held open
 * by hand.
 */
export type BreakerState = "closed" | "open" | "half-open" | "isolated";

/** Why a breaker changed. `time-over`: the open time has passed; `forgotten`: the store no longer knows of it. */
export type BreakerReason =
  | "failure-rate"
  | "consecutive-failures"
  | "time-over"
  | "probe-succeeded"
  | "probe-failed"
  | "forced"
  | "reset"
  | "forgotten";

/** A change of state, told once in each process. */
export interface BreakerEvent {
  readonly type: "breaker";
  readonly name: string;
  readonly from: BreakerState;
  readonly to: BreakerState;
  readonly reason: BreakerReason;
  /** When this process learned of it, in milliseconds since the Unix epoch. */
  readonly atMs: number;
}

/**
 * What an ended task says about the thing it called: `true` it failed, `false` it works, `undefined` nothing at all. Aborts are not
 * asked about; for a task whose time ran out, the error is the signal's `TimeoutError` or `DeadlineExceededError`.
 */
export type IsFailure = (settled: Settled) => boolean | undefined;

/** How one task is run. */
export interface BreakerRunOptions {
  /** Whose abort counts as nothing; one for time that ran out counts as a failure. Handed on to the task. */
  readonly signal?: AbortSignal | undefined;
  /** In place of the breaker's own rule. */
  readonly isFailure?: IsFailure | undefined;
}

/** How a state is set by hand. */
export interface ForceOptions {
  /**
   * For how long. `open` and `isolated` end in half-open; `closed` is held closed, whatever fails, and goes on as usual.
   * Unit: milliseconds. Range: 1 to 2592000000 (30 days).
   *
   * @defaultValue `open`: `openMs`; `isolated`: without end; `closed`: not held
   */
  readonly forMs?: number | undefined;
}

/** What a breaker stands at. */
export interface BreakerSight {
  readonly state: BreakerState;
  /** Until a call may be let through. Unit: milliseconds; 0 when closed, `Infinity` when isolated without an end. */
  readonly retryAfterMs: number;
}

/** Stops calls to what has failed lately, and lets a few through to find out when it works again. */
export interface Breaker {
  readonly name: string;
  /**
   * Runs the task, or refuses at once.
   *
   * @throws CircuitOpenError while open or isolated, or half-open with all probes under way; the task is not begun.
   * @throws StoreUnavailableError when the store does not answer and `onStoreError` is `"closed"`.
   * @throws SluiceError `LIMITER_CLOSED` after `close()`.
   */
  run<Result>(task: (signal: AbortSignal | undefined) => Promise<Result>, options?: BreakerRunOptions): Promise<Result>;
  /** As this process knows it, at most a second old while calls are made. */
  state(): BreakerState;
  /**
   * As the store knows it now; while that is away, as this process decides.
   *
   * @throws StoreUnavailableError when the store does not answer and `onStoreError` is `"closed"`.
   */
  refresh(): Promise<BreakerSight>;
  /**
   * Sets the state by hand, for the whole fleet.
   *
   * @throws ConfigError when the state is none of the three or the time is out of range.
   * @throws StoreUnavailableError when the store does not answer; nothing has changed then.
   */
  force(to: "open" | "closed" | "isolated", options?: ForceOptions): Promise<void>;
  /** Closes it and forgets all counts, for the whole fleet. Fails like `force`. */
  reset(): Promise<void>;
  /** Ends this process's part, once what it has counted is told; the store is left open. */
  close(): Promise<void>;
}
