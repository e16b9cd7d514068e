import type { Clock } from "@sluice/core";
import type { Decision } from "../limiter/decision.js";
import type { Grant, Limiter } from "../limiter/limiter.js";
import type { Charge } from "../limits/charge.js";

/** Somebody who wants in. */
export interface Admission {
  readonly limiter: Limiter;
  readonly charges: readonly Charge[];
  /** Unit: milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly priority: number;
  readonly clock: Clock;
}

/** The limiter said no. */
export interface Refusal {
  readonly decision: Exclude<Decision, { kind: "allowed" }>;
  /** Name of the bucket that refused. */
  readonly bucket: string;
  /** Until the same could be granted; `Infinity` when never. Unit: milliseconds. */
  readonly retryAfterMs: number;
}

/** In, or answered in the task's place. Whoever is not to get in gets an error thrown. */
export type Admitted =
  | { readonly kind: "go"; readonly grant: Grant }
  | { readonly kind: "instead"; readonly value: unknown };

/** What a refusal means. */
export interface Strategy {
  readonly name: string;
  /**
   * Lets somebody in, has it wait, answers in its place, or throws.
   *
   * @throws LimitExceededError, or whatever says no.
   */
  admit(admission: Admission): Promise<Admitted>;
}

/** A strategy of one's own: called when the limiter has said no, it grants, answers in the task's place, or throws. */
export type CustomStrategy = (refusal: Refusal, admission: Admission) => Admitted | Promise<Admitted>;
