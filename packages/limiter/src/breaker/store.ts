import type { BreakerReason, BreakerState } from "./breaker.js";
import type { BreakerRules } from "./rules.js";

/** Now, or when the store has answered. */
export type Answer<Value> = Value | Promise<Value>;

/**
 * Where breakers of a fleet are kept. One atomic step per method; time is the store's own. `@sluice/limiter/testing` has the contract
 * suite that every store must pass. A method that cannot reach the store fails with a StoreUnavailableError, and soon.
 */
export interface BreakerStore {
  /** Adds what a process has counted since it last told, and says how the breaker stands. */
  report(name: string, rules: BreakerRules, counts: BreakerCounts): Answer<BreakerView>;
  /** Asks to be let through half-open. */
  probe(name: string, rules: BreakerRules, id: string): Answer<ProbeReply>;
  /** Tells how a probe ended. One of another version than the breaker's is too late and changes nothing. */
  settle(name: string, rules: BreakerRules, probe: ProbeEnd): Answer<BreakerView>;
  /** Sets the state by hand. */
  force(name: string, rules: BreakerRules, force: Force): Answer<BreakerView>;
  /** Calls back when the breaker has changed, in whichever process. May miss changes; reports do not. Returns the way to stop. */
  onChange(name: string, listener: (view: BreakerView) => void): () => void;
  close(): Promise<void>;
}

/** What a process has counted. Ages are milliseconds before now, since clocks of two processes cannot be compared. */
export interface BreakerCounts {
  /** The version these calls were let through under; those of an older one no longer count. */
  readonly version: number;
  readonly succeeded: number;
  readonly lastSuccessAgeMs: number;
  readonly failed: number;
  readonly lastFailureAgeMs: number;
  /** Ages of the failures after the last success, oldest first; no more than `consecutiveFailures`. */
  readonly rowAgesMs: readonly number[];
}

/** How a breaker stands. */
export interface BreakerView {
  readonly state: BreakerState;
  /** Grows with every change of state but the one to half-open, which time alone brings; 0 for a breaker that never changed. */
  readonly version: number;
  /** Open, isolated: until half-open. Half-open: until another probe may be free. Unit: milliseconds, `Infinity` for no end. */
  readonly leftMs: number;
  /** Of the last change. */
  readonly reason: BreakerReason;
}

/** Whether this caller may probe. */
export interface ProbeReply {
  readonly granted: boolean;
  readonly view: BreakerView;
}

/** A probe that has ended. */
export interface ProbeEnd {
  readonly id: string;
  /** The version it was granted under. */
  readonly version: number;
  /** `undecided` gives its place back: it was aborted, or said nothing. */
  readonly outcome: "success" | "failure" | "undecided";
}

/** A state to be set by hand. */
export interface Force {
  readonly to: "open" | "closed" | "isolated";
  /** Unit: milliseconds. Undefined: as long as the rules say for open, no end for isolated, not held for closed. */
  readonly forMs: number | undefined;
  readonly reason: "forced" | "reset";
}
