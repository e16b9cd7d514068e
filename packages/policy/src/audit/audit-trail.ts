import type { Clock } from "@sluice/core";
import type { AuditEntry } from "@sluice/limiter";
import type { Control } from "../control/control.js";
import { follow } from "./follow.js";
import { type AuditReport, verify, type VerifyOptions } from "./verify.js";

/** What was changed, by whom and why. */
export interface AuditTrail {
  /** The newest entries, or those after one; oldest first. */
  tail(options?: TailOptions): Promise<readonly AuditEntry[]>;
  /** The same, and then every new one as it is written, without end. */
  tail(options: FollowOptions): AsyncIterableIterator<AuditEntry>;
  /** Checks the whole chain of digests that is kept, and names the entry that breaks it. */
  verify(options?: VerifyOptions): Promise<AuditReport>;
}

/** Which entries. */
export interface TailOptions {
  /** At most so many. Range: whole numbers 1 to 10000. @defaultValue 100 */
  readonly count?: number;
  /** The oldest after this id, in place of the newest of all. */
  readonly after?: string;
  readonly follow?: false;
}

/** Which entries first, and until when. */
export interface FollowOptions extends Omit<TailOptions, "follow"> {
  readonly follow: true;
  /** Ends it, with its own reason. */
  readonly signal?: AbortSignal;
}

/** The audit of a space. */
export function createAuditTrail(control: Control, { clock }: { readonly clock?: Clock } = {}): AuditTrail {
  function tail(options?: TailOptions): Promise<readonly AuditEntry[]>;
  function tail(options: FollowOptions): AsyncIterableIterator<AuditEntry>;
  function tail(
    options: TailOptions | FollowOptions = {},
  ): Promise<readonly AuditEntry[]> | AsyncIterableIterator<AuditEntry> {
    const { count = 100, after } = options;
    const wanted = after === undefined ? { count, newest: true } : { count, after };
    if (options.follow !== true) return control.entries(wanted);
    return follow(control, wanted, options.signal, clock);
  }
  return { tail, verify: (options) => verify(control, options) };
}
