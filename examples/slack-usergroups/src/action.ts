import type { WantedGroup } from "./members.js";
import type { CurrentGroup } from "./workspace.js";

/** What `usergroups.update` can change. */
export interface GroupChanges {
  readonly name?: string;
  readonly handle?: string;
  readonly description?: string;
  readonly channels?: readonly string[];
}

/** Changes to one group. */
export interface GroupUpdate {
  readonly group: CurrentGroup;
  readonly changes: GroupChanges;
}

/** One step from the workspace as it is to the workspace as it should be. */
export type Action =
  | { readonly kind: "create"; readonly group: WantedGroup }
  | { readonly kind: "enable" | "disable"; readonly group: CurrentGroup }
  | ({ readonly kind: "update" } & GroupUpdate)
  | { readonly kind: "fill"; readonly group: CurrentGroup; readonly users: readonly string[] };
