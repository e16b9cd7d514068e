import type { Action, GroupChanges, GroupUpdate } from "./action.js";
import type { WantedGroup } from "./members.js";
import { orderRenames } from "./order-renames.js";
import type { CurrentGroup } from "./workspace.js";

/** Steps in the order they must be taken, and what no step can solve. */
export interface Plan {
  readonly actions: readonly Action[];
  readonly problems: readonly string[];
}

/** How a plan is made. */
export interface PlanOptions {
  /** Whether to disable groups that are not wanted. @defaultValue false */
  readonly prune?: boolean;
}

/**
 * Compares what is with what is wanted. A group is the same one if it has the same handle, else if it has the same name: so
 * either may be changed, and the group keeps its id and its mentions.
 */
export function makePlan(
  current: readonly CurrentGroup[],
  wanted: readonly WantedGroup[],
  options: PlanOptions = {},
): Plan {
  const pairs = pair(current, wanted);
  const problems = findProblems(current, pairs);
  if (problems.length > 0) return { actions: [], problems };

  const active = pairs.filter(({ wants }) => !wants.disabled);
  const enable = active.flatMap(({ has }): Action[] =>
    has?.enabled === false ? [{ kind: "enable", group: has }] : [],
  );
  const update = active.flatMap(({ has, wants }) => (has === undefined ? [] : changesOf(has, wants)));
  const create = active.flatMap(({ has, wants }): Action[] =>
    has === undefined ? [{ kind: "create", group: wants }] : [],
  );
  const fill = active.flatMap(({ has, wants }): Action[] =>
    has === undefined || sameSet(has.users, wants.users) ? [] : [{ kind: "fill", group: has, users: wants.users }],
  );
  const kept = new Set(active.map(({ has }) => has));
  const unwanted = options.prune === true ? current : pairs.flatMap(({ has }) => has ?? []);
  const disable = unwanted
    .filter((group) => group.enabled && !group.foreign && !kept.has(group))
    .map((group): Action => ({ kind: "disable", group }));
  return { actions: [...enable, ...orderRenames(update, current), ...create, ...fill, ...disable], problems };
}

/** A wanted group and the one that it is in the workspace, if any. */
interface Pair {
  readonly wants: WantedGroup;
  readonly has: CurrentGroup | undefined;
}

function pair(current: readonly CurrentGroup[], wanted: readonly WantedGroup[]): Pair[] {
  const byHandle = new Map(current.map((group) => [group.handle, group]));
  const taken = new Set(wanted.flatMap(({ handle }) => byHandle.get(handle) ?? []));
  const byName = new Map(current.filter((group) => !taken.has(group)).map((group) => [group.name, group]));
  return wanted.map((wants) => ({ wants, has: byHandle.get(wants.handle) ?? byName.get(wants.name) }));
}

function findProblems(current: readonly CurrentGroup[], pairs: readonly Pair[]): string[] {
  const holders = new Map(current.map((group) => [group.name, group]));
  const wantedName = new Map(
    pairs.flatMap(({ has, wants }) => (has === undefined || wants.disabled ? [] : [[has, wants.name] as const])),
  );
  return pairs.flatMap(({ has, wants }) => {
    if (has?.foreign === true) return [`${wants.place}: @${has.handle} is managed outside this workspace`];
    const holder = wants.disabled ? undefined : holders.get(wants.name);
    if (holder === undefined || holder === has) return [];
    // The name becomes free if its holder is to be called something else.
    if (wantedName.get(holder) !== undefined && wantedName.get(holder) !== wants.name) return [];
    return [
      `${wants.place}: the name ${JSON.stringify(wants.name)} belongs to @${holder.handle}, which is not renamed`,
    ];
  });
}

function changesOf(has: CurrentGroup, wants: WantedGroup): GroupUpdate[] {
  const changes: GroupChanges = {
    ...(has.name !== wants.name && { name: wants.name }),
    ...(has.handle !== wants.handle && { handle: wants.handle }),
    ...(wants.description !== undefined && has.description !== wants.description && { description: wants.description }),
    ...(wants.channels !== undefined && !sameSet(has.channels, wants.channels) && { channels: wants.channels }),
  };
  return Object.keys(changes).length === 0 ? [] : [{ group: has, changes }];
}

function sameSet(one: readonly string[], two: readonly string[]): boolean {
  const first = new Set(one);
  const second = new Set(two);
  return first.size === second.size && two.every((item) => first.has(item));
}
