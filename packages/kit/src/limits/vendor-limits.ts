import type { Call } from "@sluice/core";
import type { Charge } from "@sluice/limiter";
import type { LimitSource, SetBy } from "./explanation.js";

/** What a vendor brings so that its limits can be asked about. */
export interface VendorLimits {
  /** Whose limits they are, as far as that is known before a call. */
  readonly account: string;
  /** Every operation that has a name, as its users write it. */
  readonly operations: readonly string[];
  /** Other names of the same operations, for those who mistyped one. @defaultValue none */
  moreNames?(): readonly string[];
  /**
   * The requests that a call is made of, as the quota is asked about them; undefined for an operation that nobody knows. Arguments that decide
   * about buckets, and were not given, stand in them as `{name}`.
   *
   * @param args - the SDK's own arguments, where given.
   */
  requests(operation: string, args: unknown): readonly Call[] | undefined;
  /** What is known of a charge. @defaultValue nothing but its figures */
  describe?(charge: Charge, call: Call): ChargeNotes;
}

/** What is known of a charge beside its figures. */
export interface ChargeNotes {
  readonly scope?: string | undefined;
  /** In place of the bucket's name, where that does not show which argument is missing. */
  readonly bucket?: string | undefined;
  /** In place of the figures in words: for buckets that only a pause closes. */
  readonly words?: string | undefined;
  readonly published?: string | undefined;
  readonly source?: LimitSource | undefined;
  /** @defaultValue by default */
  readonly setBy?: SetBy | undefined;
  readonly note?: string | undefined;
}
