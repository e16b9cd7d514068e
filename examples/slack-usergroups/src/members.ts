import type { DesiredGroup } from "./desired-state.js";
import type { Person } from "./workspace.js";

/** A wanted group whose members are ids. */
export interface WantedGroup extends Omit<DesiredGroup, "users"> {
  /** Ids, each once. */
  readonly users: readonly string[];
}

/** Wanted groups, or what stands in the way: one line for each user who is not in the workspace or was deactivated. */
export interface ResolvedMembers {
  readonly wanted: readonly WantedGroup[];
  readonly problems: readonly string[];
}

/** Finds the id of everyone the file names. Nobody is guessed: an address must be that of one person. */
export function resolveMembers(desired: readonly DesiredGroup[], people: readonly Person[]): ResolvedMembers {
  const known = new Map<string, Person>();
  for (const person of people) {
    known.set(person.id, person);
    if (person.email !== undefined) known.set(person.email.toLowerCase(), person);
  }
  const problems: string[] = [];
  const wanted = desired.map((group) => {
    const ids = (group.disabled ? [] : group.users).flatMap((text) => {
      const person = known.get(text) ?? known.get(text.toLowerCase());
      if (person !== undefined && !person.deactivated) return person.id;
      problems.push(`${group.place}: ${text} is ${person === undefined ? "not in the workspace" : "deactivated"}`);
      return [];
    });
    return { ...group, users: [...new Set(ids)] };
  });
  return { wanted, problems };
}
