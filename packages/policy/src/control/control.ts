import type { AuditEntry, AuditOptions, ControlChange, ControlChanged, ControlSight } from "@sluice/limiter";

/** A live copy of one space: read at the start, kept up to date by notifications and, for those that are lost, by looking again and again. */
export interface Control {
  /**
   * Resolves when there is a copy.
   *
   * @throws PoliciesUnavailableError `POLICIES_UNAVAILABLE` when there is none within the time for starting; the next call tries again.
   */
  ready(): Promise<void>;
  /** Whether there is a copy. */
  readonly isReady: boolean;
  /** Whether the copy is the embedded one, since the store has not answered yet. */
  readonly isEmbedded: boolean;
  /** Of the copy; 0 for an embedded one and for a space that never changed. */
  readonly version: number;
  /** The copy; another object after each change. */
  readonly records: ReadonlyMap<string, string>;
  /** One record of the copy. */
  record(name: string): string | undefined;
  /** Since when the store has not confirmed the copy: 0 while it answers. Unit: milliseconds. */
  readonly ageMs: number;
  /** The store's wall clock, which this machine's clock does not change. Unit: milliseconds since the Unix epoch. */
  nowMs(): number;
  /** Looks now. @throws StoreUnavailableError when the store does not answer; the copy stays. */
  refresh(): Promise<void>;
  /**
   * Changes the space, for everybody, with its audit entry in the same step. This copy has it when the promise resolves.
   *
   * @throws ChangeConflictError `CHANGE_CONFLICT` when `ifVersion` is not the version now.
   * @throws StoreUnavailableError when the store did not answer: nothing is queued.
   */
  change(change: ControlChange): Promise<ControlChanged>;
  /** Calls back after the copy has changed. A failure of the listener is a process warning. Returns the way to stop. */
  onChange(listener: (news: ControlNews) => void): () => void;
  /** Reads audit entries; see `createAuditTrail` for more. */
  entries(options?: AuditOptions): Promise<readonly AuditEntry[]>;
  /** Reads everything, past the copy. */
  sight(): Promise<ControlSight>;
  /** Stops looking. The store stays open. */
  close(): Promise<void>;
}

/** What has changed. */
export interface ControlNews {
  readonly version: number;
  /** Names of the records that are new, different or gone. */
  readonly changed: readonly string[];
}
