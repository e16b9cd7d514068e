import { isSluiceError } from "@sluice/core";
import type { ControlStore } from "@sluice/limiter";

/** A control store whose changes can be tied to what was looked at before. */
export interface VersionedStore {
  readonly store: ControlStore;
  /**
   * Looks and changes as one step: when somebody else changes the space in between, it begins anew, and so looks again. One at a time.
   *
   * @throws ChangeConflictError `CHANGE_CONFLICT` when others keep changing it.
   */
  exactly<Value>(act: () => Promise<Value>): Promise<Value>;
}

const TRIES = 8;

/** @param space - in which is looked and changed. */
export function onVersion(store: ControlStore, space: string): VersionedStore {
  let ifVersion: number | undefined;
  let before: Promise<unknown> = Promise.resolve();

  const tries = async <Value>(act: () => Promise<Value>): Promise<Value> => {
    for (let tried = 1; ; tried += 1) {
      ifVersion = (await store.read(space))?.version ?? 0;
      try {
        return await act();
      } catch (error) {
        if (tried === TRIES || !isSluiceError(error) || error.code !== "CHANGE_CONFLICT") throw error;
      } finally {
        ifVersion = undefined;
      }
    }
  };
  return {
    store: {
      read: (...args) => store.read(...args),
      change: (where, change) => store.change(where, ifVersion === undefined ? change : { ...change, ifVersion }),
      onChange: (...args) => store.onChange(...args),
      audit: (...args) => store.audit(...args),
      close: () => store.close(),
    },
    exactly(act) {
      const done = before.then(() => tries(act));
      before = done.catch(() => {});
      return done;
    },
  };
}
