import type { Action, GroupUpdate } from "./action.js";
import type { CurrentGroup } from "./workspace.js";

/**
 * Puts updates into an order in which no name is given while another group still has it. Where groups want each other's names
 * in a ring, the first one is parked under a name of its own. Its handle stays, so that it is known again should the run
 * end there.
 */
export function orderRenames(updates: readonly GroupUpdate[], current: readonly CurrentGroup[]): Action[] {
  const nameOf = new Map(current.map((group) => [group, group.name]));
  const isFree = ({ group, changes }: GroupUpdate): boolean =>
    changes.name === undefined || current.every((other) => other === group || nameOf.get(other) !== changes.name);
  const ordered: Action[] = [];
  const take = ({ group, changes }: GroupUpdate): void => {
    ordered.push({ kind: "update", group, changes });
    nameOf.set(group, changes.name ?? group.name);
  };

  let waiting = [...updates];
  while (waiting.length > 0) {
    const stuck = waiting[0]!;
    const parked = `renaming ${stuck.group.id}`;
    // One that parking did not help waits for a group that keeps its name; Slack will say so.
    const next = waiting.find(isFree) ?? (nameOf.get(stuck.group) === parked ? stuck : undefined);
    take(next ?? { group: stuck.group, changes: { name: parked } });
    waiting = waiting.filter((update) => update !== next);
  }
  return ordered;
}
