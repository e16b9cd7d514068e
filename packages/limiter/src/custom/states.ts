/**
 * Where the states of custom limits are kept: texts by name, written only by who holds the newest lock. Names of one scope are read and
 * written together.
 */
export interface CustomStates {
  /** One text a name, undefined for one that is not there, and the store's clock in microseconds. */
  load(scope: string, names: readonly string[]): CustomStatesSight | Promise<CustomStatesSight>;
  /**
   * Writes all, or none when any of the names has been written with a higher fence.
   *
   * @param fence - of the lock under which the texts were read.
   * @param ttlMs - for how long they are kept when nobody writes them again. Unit: milliseconds.
   * @returns whether they were written.
   */
  save(scope: string, entries: readonly CustomStateEntry[], fence: number, ttlMs: number): boolean | Promise<boolean>;
  close(): Promise<void>;
}

/** What was read, and when. */
export interface CustomStatesSight {
  readonly nowUs: number;
  readonly texts: readonly (string | undefined)[];
}

/** What is to be written. */
export interface CustomStateEntry {
  readonly name: string;
  readonly text: string;
}
