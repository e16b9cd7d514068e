import type { CustomLimit } from "../custom/custom-limit.js";
import type { Mode } from "../limiter/limiter.js";
import type { Limit } from "../limits/limit.js";

/** What a limiter knows of its buckets, at one moment. Frozen plain data; `JSON.stringify` takes all of it. */
export interface LimiterSight {
  readonly provider: string;
  readonly account: string;
  /** Whether limits hold, are only recorded, or do nothing. */
  readonly enforcement: Mode;
  /** Where the buckets are at present. */
  readonly mode: SightMode;
  /** When it was looked, by the wall clock. ISO 8601. */
  readonly at: string;
  /** All who wait in this process; one who wants several buckets counts once. */
  readonly waiting: WaitingSight;
  /** Those with waiters first, then the most recently asked. */
  readonly buckets: readonly BucketSight[];
}

/**
 * `memory`: in this process alone. `shared`: in a store that others share. While that store is away: `local` (this process's share), `open`
 * (all are admitted) or `closed` (all are refused).
 */
export type SightMode = "memory" | "shared" | "local" | "open" | "closed";

/** One bucket. What is not known is null. */
export interface BucketSight {
  readonly provider: string;
  readonly account: string;
  readonly bucket: string;
  readonly limit: LimitFigures;
  /** Average tokens per second; null where a limit has no rate: places, and rules of one's own. */
  readonly rate: number | null;
  /** The most it can hold. Unit: tokens. */
  readonly capacity: number | null;
  /** Whole tokens that could be taken now; what a process has drawn in advance is not among them. */
  readonly left: number | null;
  /** `left` as a part of `capacity`: 1 for a bucket that has rested, 0 for one that is spent. */
  readonly fill: number | null;
  /** Milliseconds until one token could be taken; 0 when one is there. For places, the latest that one comes back by itself. */
  readonly nextSlotMs: number | null;
  /** Milliseconds until it has all its tokens again, if nobody takes more. */
  readonly fullAfterMs: number | null;
  /** Until when the provider wants nothing from us, as far as this process has heard. ISO 8601; null while nothing is paused. */
  readonly pausedUntil: string | null;
  /** What is left of that. Unit: milliseconds; 0 while nothing is paused. */
  readonly pausedForMs: number;
  /** Who waits for it in this process. */
  readonly waiting: WaitingSight;
  readonly mode: SightMode;
  /** When the store said these figures, ISO 8601: the moment of this look, an earlier one while it is away, null for never. */
  readonly asOf: string | null;
}

/** Those who wait. */
export interface WaitingSight {
  readonly count: number;
  /** How long the first of them has waited so far. Unit: milliseconds; 0 when nobody waits. */
  readonly longestWaitMs: number;
  /** By priority, the highest first. */
  readonly lanes: readonly PriorityLane[];
}

/** Those who wait with one priority. */
export interface PriorityLane {
  readonly priority: number;
  readonly count: number;
  /** Unit: milliseconds. */
  readonly longestWaitMs: number;
}

/** A limit as plain data; of a rule of one's own what can be said without its function. */
export type LimitFigures =
  | Exclude<Limit, CustomLimit>
  | { readonly kind: "custom"; readonly name: string; readonly rate: number | null; readonly capacity: number | null };

/** How to look. */
export interface InspectOptions {
  /**
   * How long the store may take; then the answer is what is known here.
   * Unit: milliseconds. Range: 0 to 60000.
   *
   * @defaultValue 1000
   */
  readonly timeoutMs?: number | undefined;
}
