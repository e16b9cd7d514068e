import { isSluiceError } from "@sluice/core";
import type { ControlSight, ControlStore } from "@sluice/limiter";

/** The action of the entry that tells of it. */
const lostAction = "store.lost";

/** The last good copy of a space. */
export interface LastGood {
  readonly version: number;
  readonly generation: string;
  readonly records: ReadonlyMap<string, string>;
}

/** Whether what was known is gone, and not merely changed. */
export function isLost(known: LastGood, sight: ControlSight): boolean {
  return known.generation !== "" && known.version > 0 && sight.head.generation !== known.generation;
}

/** How many entries are looked through for the one that tells of it. */
const ENTRIES = 1000;

/**
 * Writes the last good copy into a store that lost it, once for the whole fleet: what is there already, since somebody was faster, stays
 * as it is. The audit says so.
 */
export async function writeAnew(
  { store, space, author }: { readonly store: ControlStore; readonly space: string; readonly author: string },
  known: LastGood,
  sight: ControlSight,
): Promise<void> {
  const entries = await store.audit(space, { count: ENTRIES });
  if (entries.some(({ action }) => action === lostAction)) return;
  const missing = [...known.records].filter(([name]) => !sight.records.has(name));
  const entry = {
    action: lostAction,
    subject: space,
    author,
    reason: "the store had lost its contents; the last good copy was written anew",
    detail: { version: known.version, records: missing.length },
  };
  try {
    await store.change(space, { records: Object.fromEntries(missing), entry, ifVersion: sight.version });
  } catch (error) {
    // Another process was faster, which is just as well.
    if (!isSluiceError(error) || error.code !== "CHANGE_CONFLICT") throw error;
  }
}
