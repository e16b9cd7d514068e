/** Somebody who waits for one unit. */
export interface Waiter {
  readonly priority: number;
  /** When the wait began, on the limiter's clock, in milliseconds. */
  readonly sinceMs: number;
  /** On the limiter's clock, in milliseconds. */
  readonly deadlineMs: number;
  /** The unit is due; the waiter may go. */
  readonly grant: (unit: Unit) => void;
  /** Waiting is over without a unit. */
  readonly refuse: (refusal: Refusal) => void;
}

/** Why a wait ended. */
export type Refusal =
  | { readonly kind: "late"; readonly retryAfterMs: number; readonly bucket: string }
  | { readonly kind: "failed"; readonly error: unknown };

/** One booked unit: all charges of one call, at one instant. */
export interface Unit {
  /** On the store's clock, in microseconds. */
  readonly atUs: number;
  /** On the limiter's clock, in milliseconds; never before the store's instant. */
  readonly dueMs: number;
  /** Whole tokens left when the store was asked. */
  readonly remaining: number;
  /** When its question was put, on the limiter's clock, in milliseconds. */
  readonly askedMs: number;
  /** Name of the question it came from, and its number there. */
  readonly id: string;
  readonly unit: number;
}
