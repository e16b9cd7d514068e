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

/** What a limiter refused. */
export interface LimiterRefusal {
  readonly reason: RefusalReason;
  /** When it would be worth asking again. Unit: milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Whether it was a concurrency limit that had no place left. */
  readonly concurrency?: boolean | undefined;
}

/** A concurrency limit of which an attempt holds a place. */
export interface HeldPlace {
  readonly bucket: string;
  /** Places there are. */
  readonly max: number;
}

/** Told by a rate-limit hook what its limiter decided. Never throws. */
export interface LimiterObserver {
  acquired(call: Call, take: LimiterTake): void;
  refused(call: Call, refusal: LimiterRefusal): void;
  /** The attempt holds places from now on; the answer is to be called once when it has let go of them. */
  held?(call: Call, places: readonly HeldPlace[]): () => void;
}
