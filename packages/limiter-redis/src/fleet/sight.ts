import type { BreakerReason, BreakerState, Limit } from "@sluice/limiter";
import type { ProcessSummary } from "./processes.js";

/** A fleet at one instant. Rates are those of the last interval that a process told of: one second in a small fleet. */
export interface FleetSight {
  /** Of the store's wall clock. Unit: milliseconds since 1970. */
  readonly atMs: number;
  /** Stores of processes that are alive, one for each Redis URL that a process uses. */
  readonly processes: readonly ProcessSummary[];
  readonly scopes: readonly FleetScope[];
  /** Those that processes told of, and others that are in use. */
  readonly buckets: readonly FleetBucket[];
  readonly breakers: readonly FleetBreaker[];
  /** What the scan has found: buckets in use, and whether it has been through all keys. */
  readonly scanned: { readonly buckets: number; readonly complete: boolean };
}

/** What is done in one scope: of one provider and account, or of one policy engine. */
export interface FleetScope {
  /** `provider:account`; `policy:name` for an engine. */
  readonly scope: string;
  readonly grantedPerSecond: number;
  readonly refusedPerSecond: number;
  readonly waiting: number;
  /** Refusals by the provider within the last minute. */
  readonly throttled: number;
}

/** A bucket in use. */
export interface FleetBucket {
  /** Name in Redis. */
  readonly key: string;
  readonly scope: string;
  /** As in the key; `#` and a digest for a long name. */
  readonly bucket: string;
  readonly kind: Limit["kind"];
  /** Undefined where no living process told of it: its state alone does not say how large it is. */
  readonly limit: Limit | undefined;
  readonly capacity: number | undefined;
  readonly remaining: number | undefined;
  /** Until one token more can be had; 0 for now. Unit: milliseconds. */
  readonly nextMs: number | undefined;
  /** Until it is as if unused. Unit: milliseconds. */
  readonly idleMs: number;
  readonly grantedPerSecond: number;
  readonly refusedPerSecond: number;
  readonly waiting: number;
}

/** A circuit breaker that has counted something. */
export interface FleetBreaker {
  readonly name: string;
  readonly state: BreakerState;
  /** Open, isolated: until half-open. Unit: milliseconds; `Infinity` for no end. */
  readonly leftMs: number;
  readonly reason: BreakerReason;
}
