import { SluiceError } from "@sluice/core";
import type { BreakerState } from "./breaker.js";

/** Which breaker refused, and when to come back. */
export interface CircuitOpenDetails {
  /** Name of the breaker. */
  readonly breaker: string;
  readonly state: Exclude<BreakerState, "closed">;
  /** Unit: milliseconds. `Infinity` when isolated without an end. */
  readonly retryAfterMs: number;
}

/** The breaker is not closed, so the call was not made. Code `CIRCUIT_OPEN`. */
export class CircuitOpenError extends SluiceError<"CIRCUIT_OPEN"> {
  readonly breaker: string;
  readonly state: Exclude<BreakerState, "closed">;
  readonly retryAfterMs: number;

  constructor({ breaker, state, retryAfterMs }: CircuitOpenDetails) {
    const when = Number.isFinite(retryAfterMs)
      ? `retry after ${Math.ceil(retryAfterMs)} ms`
      : "until it is closed by hand";
    super("CIRCUIT_OPEN", `Breaker ${breaker} is ${state}, the call was not made: ${when}`);
    this.breaker = breaker;
    this.state = state;
    this.retryAfterMs = retryAfterMs;
  }
}
