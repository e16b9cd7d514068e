import type { Identity } from "../policies/policy.js";
import type { Override, OverrideDraft } from "./override.js";

/** Exceptions from policies, each with an end, a reason and an author. They hold in every process within a second. */
export interface Overrides {
  /**
   * Grants one, with its audit entry in the same step.
   *
   * @throws ConfigError naming the field that is missing or beyond the ceiling; nothing is changed then.
   * @throws StoreUnavailableError when the store did not answer.
   */
  grant(draft: OverrideDraft): Promise<Override>;
  /** Ends one early; false when there is none of that id. */
  revoke(id: string, why: { readonly author: string; readonly reason: string }): Promise<boolean>;
  /** Those that hold, the first to end first; with `expired` also those that ended a short while ago. */
  list(options?: { readonly expired?: boolean }): Promise<readonly Override[]>;
  /**
   * The one that applies to somebody now.
   *
   * @param policy - under this policy. @defaultValue under any
   */
  check(identity: Identity, policy?: string): Promise<Override | undefined>;
  /** The same as `check` from this process's copy, at once. */
  of(identity: Identity, policy?: string): Override | undefined;
  /** How many this process's copy has, those that are over included. */
  readonly size: number;
}
