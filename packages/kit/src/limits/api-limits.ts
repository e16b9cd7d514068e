import type { BucketSight, InspectOptions, SightMode } from "@sluice/limiter";
import type { Mode } from "../options/api-options.js";
import type { Explanation } from "./explanation.js";
import type { WaitingCall } from "./waiting-calls.js";

/** The limits of one client, to be asked. Holds nothing itself: each answer is of the moment it is asked for. */
export interface ApiLimits {
  readonly provider: string;
  /** Whose limits they are. */
  readonly account: string;
  /**
   * What is charged, how full it is, who waits, and when the next token comes. Takes nothing and changes no later answer. While the store is
   * away it is not asked: the answer is what is known here, and `mode` says so.
   *
   * @throws ConfigError for an unknown operation or an option out of range.
   * @throws SluiceError `LIMITER_CLOSED` when the client is closed.
   */
  inspect(options?: ApiInspectOptions): Promise<LimitsSight>;
  /**
   * Which limits a call passes, and where their figures come from, in words and as data. Asks nobody.
   *
   * @param operation - as it is named in metrics, or as its method is written.
   * @param args - the SDK's own arguments, which may decide about buckets and costs. @defaultValue placeholders such as `{channel}`
   * @throws ConfigError for an operation that is not known, naming those most like it.
   */
  explain(operation: string, args?: unknown): Explanation;
  /** What `explain` says of every operation that has a name. */
  all(): readonly Explanation[];
}

/** What to look at, and how. */
export interface ApiInspectOptions extends InspectOptions {
  /** Only the buckets that a call of this operation takes from, asked about before or not. @defaultValue all that were asked about */
  readonly operation?: string | undefined;
  /** The arguments of that call. Buckets that depend on one that is missing are left out. */
  readonly args?: unknown;
}

/** The limits of a client at one moment. Frozen plain data; `JSON.stringify` takes all of it. */
export interface LimitsSight {
  readonly provider: string;
  /** Whether limits are enforced, only recorded, or ignored. */
  readonly enforcement: Mode;
  /** Where the buckets are at present. */
  readonly mode: SightMode;
  /** When it was looked, by the wall clock. ISO 8601. */
  readonly at: string;
  readonly waiting: {
    readonly count: number;
    /** How long the first of them has waited so far. Unit: milliseconds; 0 when nobody waits. */
    readonly longestWaitMs: number;
    /** The hundred who have waited longest. */
    readonly calls: readonly WaitingCall[];
  };
  /** At most 1000 of each account, those with waiters first. */
  readonly buckets: readonly BucketSight[];
}
