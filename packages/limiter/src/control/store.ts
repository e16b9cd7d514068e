/**
 * Shared state that many read and few change, in spaces of its own. Every change is written together with its audit entry, in one step or
 * not at all. `@sluice/limiter/testing` has the contract suite that every store must pass. A method that cannot reach the store fails with
 * a StoreUnavailableError, and soon; nothing is queued.
 */
export interface ControlStore {
  /**
   * Everything in a space, or undefined when its version still is `known`.
   *
   * @param known - the version of the last sight, or it with its generation, which also tells a store that lost everything and has
   *   come to the same version since. Left out, everything is read.
   */
  read(space: string, known?: number | KnownVersion): Promise<ControlSight | undefined>;
  /**
   * Writes all records and appends the audit entry.
   *
   * @throws ConfigError when the change is out of range; nothing was written.
   * @throws ChangeConflictError `CHANGE_CONFLICT` when `ifVersion` is not the version now, or others kept changing for some seconds.
   * @throws StoreUnavailableError when the store did not answer. Whether the change was made is then not known: read, and look.
   */
  change(space: string, change: ControlChange): Promise<ControlChanged>;
  /** A change in this space was announced. May miss some, so `read` has to be polled as well. Returns the way to stop. */
  onChange(space: string, listener: () => void): () => void;
  /** Audit entries, oldest first. */
  audit(space: string, options?: AuditOptions): Promise<readonly AuditEntry[]>;
  close(): Promise<void>;
}

/** A version of one life of a space. */
export interface KnownVersion {
  readonly version: number;
  /** See {@link AuditHead.generation}. */
  readonly generation: string;
}

/** What there is in a space. */
export interface ControlSight {
  /** Grows by 1 with every change; 0 for a space that never changed, or was lost. */
  readonly version: number;
  /** The store's wall clock. Unit: milliseconds since the Unix epoch. */
  readonly nowMs: number;
  readonly records: ReadonlyMap<string, string>;
  readonly head: AuditHead;
}

/** Where the chain of audit entries begins and ends. */
export interface AuditHead {
  /** Of the newest entry; {@link noDigest} when there never was one. */
  readonly digest: string;
  /** Of the last entry that was trimmed, on which the oldest one kept builds; {@link noDigest} when none was. */
  readonly from: string;
  /** Entries kept. */
  readonly kept: number;
  /** Entries trimmed so far. */
  readonly trimmed: number;
  /** Drawn when the space was first written; another one tells that what was there is lost. Empty before. */
  readonly generation: string;
}

/** What is to be written. */
export interface ControlChange {
  /** Names of 1 to 256 characters; texts of up to 256 KiB, `undefined` deletes. At most 10000; none for an entry alone. */
  readonly records: Readonly<Record<string, string | undefined>>;
  readonly entry: AuditDraft;
  /** Refuses when it is not the version now. */
  readonly ifVersion?: number;
}

/** What has been written. */
export interface ControlChanged {
  readonly version: number;
  readonly entry: AuditEntry;
  /** Whether as many replicas as were asked for have it; undefined where none were. */
  readonly confirmed?: boolean;
}

/** Which audit entries. */
export interface AuditOptions {
  /** Those after this id. @defaultValue from the oldest one kept */
  readonly after?: string;
  /** At most so many. Range: whole numbers 1 to 10000. @defaultValue 100 */
  readonly count?: number;
  /** The newest of them instead of the oldest; still oldest first. @defaultValue false */
  readonly newest?: boolean;
}

/** Who does what to what, and why. */
export interface AuditDraft {
  /** Such as `policy.add`: 1 to 64 of a-z A-Z 0-9 `.` `_` `-`, a letter first. */
  readonly action: string;
  /** What is changed: 1 to 512 characters. No secret. */
  readonly subject: string;
  /** 1 to 200 characters. */
  readonly author: string;
  /** 1 to 500 characters. */
  readonly reason?: string;
  /** JSON, up to 64 KiB as text. No secret. */
  readonly detail?: Json;
}

/** What was done. */
export interface AuditEntry extends AuditDraft {
  /** Grows from entry to entry. */
  readonly id: string;
  /** The store's wall clock; never before the entry before. Unit: milliseconds since the Unix epoch. */
  readonly atMs: number;
  /** The version that the change made. */
  readonly version: number;
  /** SHA-256 over the digest of the entry before and this entry's canonical text, 64 hexadecimal digits. */
  readonly digest: string;
}

/** What comes back from text as it is. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
