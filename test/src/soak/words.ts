import type { LedgerName } from "./load.js";

/** What a worker is told in argv. */
export interface SoakOrders {
  readonly url: string;
  readonly seed: number;
  /** How many there are of its kind, itself included; it is ready when it knows of all. */
  readonly processes: number;
}

/** What the parent says later. `heap`: collect garbage and tell what is left. */
export type ParentWord = { readonly kind: "begin" | "heap" | "stop" };

/** One admission, in microseconds: when it reached its caller by the wall clock, and when it was taken by whoever took it. */
export type Admission = readonly [seenUs: number, atUs: number];

/** What was done since the last batch. */
export interface Batch {
  readonly admissions: Readonly<Record<LedgerName, readonly Admission[]>>;
  /** From when to when a place was held. Unit: microseconds of the wall clock. */
  readonly held: readonly (readonly [fromUs: number, toUs: number])[];
  readonly calls: number;
  /** How calls ended that were not granted, by kind or code. */
  readonly ends: Readonly<Record<string, number>>;
  /** How long past its own deadline and the stalls of this process the latest call settled; negative when in time. Unit: milliseconds. */
  readonly latestMs: number | undefined;
  /** The operation it was. */
  readonly latestOf: string;
  /** How long this process could not run meanwhile. Unit: milliseconds. */
  readonly stalledMs: number;
}

/** What a worker says. */
export type WorkerWord =
  | { readonly kind: "ready" }
  | { readonly kind: "batch"; readonly batch: Batch }
  | { readonly kind: "heap"; readonly bytes: number }
  | { readonly kind: "store"; readonly type: "store-down" | "store-up"; readonly atUs: number; readonly reason: string }
  | { readonly kind: "closed"; readonly leaked: readonly string[]; readonly open: number };
