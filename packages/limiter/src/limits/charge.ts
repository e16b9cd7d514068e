import type { Call } from "@sluice/core";
import type { Limit } from "./limit.js";

/** What one call takes from one bucket. */
export interface Charge {
  /** Name of the bucket within the limiter's account. Any text; it is encoded before it reaches the store. */
  readonly bucket: string;
  readonly limit: Limit;
  /**
   * Tokens taken.
   * Range: whole numbers from 0 (a look, takes nothing) to the limit's burst.
   *
   * @defaultValue 1
   */
  readonly cost?: number;
}

/** A provider's rule: what a call takes. An empty list takes nothing. */
export type Quota = (call: Call) => readonly Charge[];
