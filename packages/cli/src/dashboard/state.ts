import type { FleetBreaker } from "@sluice/limiter-redis";

/** What the page is told every second. What has no end is null. All times are of the store's clock. Rates are per second. */
export interface PageState {
  /** Unit: milliseconds since 1970. */
  readonly atMs: number;
  /** Since when Redis has not answered; null while it does. Figures are then those of before. Unit: milliseconds. */
  readonly awayForMs: number | null;
  /** Which Redis, without its password. */
  readonly place: string;
  readonly engine: string;
  readonly mode: string;
  readonly readOnly: boolean;
  readonly processes: number;
  readonly scanned: { readonly buckets: number; readonly complete: boolean };
  readonly providers: readonly ProviderRow[];
  /** Under most pressure first; those that match the filter, cut to the first. */
  readonly buckets: readonly BucketRow[];
  /** How many match, as far as they were read. */
  readonly matching: number;
  readonly breakers: readonly BreakerRow[];
  readonly emergency: EmergencyRow | null;
  /** The first to end first, cut to the first. */
  readonly overrides: readonly OverrideRow[];
  readonly overridesInAll: number;
  /** Newest first. */
  readonly audit: readonly AuditRow[];
  readonly chain: ChainState;
}

/** Figures of a provider, all its accounts together. */
export interface ProviderRow {
  readonly provider: string;
  readonly accounts: number;
  readonly granted: number;
  readonly refused: number;
  readonly waiting: number;
  /** Refusals by the provider within the last minute. */
  readonly throttled: number;
}

/** A bucket. What is not known is null. */
export interface BucketRow {
  readonly key: string;
  readonly scope: string;
  readonly bucket: string;
  readonly kind: string;
  /** Tokens a second; null for places of jobs too. */
  readonly rate: number | null;
  readonly capacity: number | null;
  readonly remaining: number | null;
  /** The part that is used up, 0 to 1. */
  readonly used: number | null;
  readonly nextMs: number | null;
  readonly granted: number;
  readonly refused: number;
  readonly waiting: number;
}

/** A breaker as it stands, and as it is held by hand. */
export interface BreakerRow {
  readonly name: string;
  /** Null where it has counted nothing. */
  readonly state: FleetBreaker["state"] | null;
  readonly leftMs: number | null;
  readonly because: string;
  readonly held: HeldBreaker | null;
}

/** By whom a breaker is held. */
export interface HeldBreaker extends Reasoned {
  readonly state: "open" | "closed";
}

/** The switch for all policies. */
export interface EmergencyRow extends Reasoned {
  readonly kind: "disable" | "shadow";
}

/** An exception. */
export interface OverrideRow extends Reasoned {
  readonly id: string;
  readonly subject: string;
  readonly what: string;
  /** Whether no limit holds. */
  readonly isFree: boolean;
  readonly under: string;
}

/** What somebody did, until when, and why. */
export interface Reasoned {
  readonly untilMs: number;
  readonly author: string;
  readonly reason: string;
}

/** An entry of the audit. */
export interface AuditRow {
  readonly id: string;
  readonly atMs: number;
  readonly action: string;
  readonly subject: string;
  readonly author: string;
  readonly reason: string;
  /** The beginning of its digest. */
  readonly digest: string;
}

/** Whether the chain of digests holds, when somebody last looked. */
export type ChainState =
  | { readonly kind: "unknown" }
  | { readonly kind: "intact"; readonly entries: number; readonly head: string; readonly checkedMs: number }
  | { readonly kind: "broken"; readonly at: string; readonly why: string; readonly checkedMs: number };

/** The last ten minutes, oldest first. */
export interface PageHistory {
  /** Unit: milliseconds since 1970. */
  readonly times: readonly number[];
  readonly series: Readonly<Record<string, Series>>;
}

/** Per second, at each of the times; null where nothing was known. */
export interface Series {
  readonly granted: readonly (number | null)[];
  readonly refused: readonly (number | null)[];
}

/** One more point. */
export interface HistoryPoint {
  readonly atMs: number;
  /** Null where nothing was known. */
  readonly providers: readonly ProviderRow[] | null;
}
