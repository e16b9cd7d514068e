import type { Call } from "@sluice/core";

/** Why a limiter refused: the wait would outlast the call's time, a strategy said no at once, or the cost can never fit. */
export type RefusalReason = "timeout" | "rejected" | "impossible";

/** What a limiter granted. */
export interface LimiterTake {
  /** Time between asking and grant. Unit: milliseconds. */
  readonly waitedMs: number;
  /** Tokens taken. @defaultValue 1 */
  readonly cost?: number;
  /** The bucket it came from; never a label, since names of buckets may hold channels and users. */
  readonly bucket?: string;
  /** Tokens left in the tightest bucket of the call. */
  readonly remaining?: number;
}

/** Told by a rate-limit hook what its limiter decided. Never throws. */
export interface LimiterObserver {
  acquired(call: Call, take: LimiterTake): void;
  refused(call: Call, refusal: { readonly reason: RefusalReason }): void;
}
