import type { Store } from "../store/store.js";
import type { SightMode } from "./sight.js";

const modes: ReadonlySet<unknown> = new Set<SightMode>(["memory", "shared", "local", "open", "closed"]);

/** Where a store's buckets are at present: its own word where it has one, else told by how it answers. */
export function storeMode(store: Store): SightMode {
  const said: unknown = Reflect.get(store, "mode");
  if (modes.has(said)) return said as SightMode;
  return store.immediate === true ? "memory" : "shared";
}

/** Whether somebody else answers in the place of the buckets. */
export function isAway(mode: SightMode): boolean {
  return mode !== "memory" && mode !== "shared";
}
