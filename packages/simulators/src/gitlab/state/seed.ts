import { wholeAtLeast } from "../../checks.js";
import type { GitLabVisibility } from "./model.js";

/** A project to start with. @public */
export interface GitLabProjectSeed {
  /** Also its path. */
  readonly name: string;
  /** @defaultValue `public` */
  readonly visibility?: GitLabVisibility;
  /** How many open issues. @defaultValue that of `issues` of all projects */
  readonly issues?: number;
  /** How many open merge requests. @defaultValue 0 */
  readonly mergeRequests?: number;
  /** How many pipelines that have run. @defaultValue 1 */
  readonly pipelines?: number;
  /** Text by path. @defaultValue a `README.md` */
  readonly files?: Readonly<Record<string, string>>;
}

/** A group to start with. @public */
export interface GitLabGroupSeed {
  /** Also its path. */
  readonly name: string;
  /** Usernames of its members; the first is its owner, the others are developers. @defaultValue all seeded users */
  readonly members?: readonly string[];
  /** @defaultValue that of `projects` of all groups */
  readonly projects?: number | readonly GitLabProjectSeed[];
}

/** What GitLab holds at the start: explicit lists, or numbers of entries with made-up names. @public */
export interface GitLabSeeds {
  /** Usernames. @defaultValue 3: `root`, `user2`, `user3` */
  readonly users?: number | readonly string[];
  /** @defaultValue 1, `acme`; a number gives `acme`, `group2`, `group3` … */
  readonly groups?: number | readonly GitLabGroupSeed[];
  /** Projects of each group. @defaultValue 3: `project1`, `project2`, `project3` */
  readonly projects?: number | readonly GitLabProjectSeed[];
  /** Open issues of each project. @defaultValue 5 */
  readonly issues?: number;
}

/** Seeds with all defaults filled in. */
export interface GitLabSeedLists {
  readonly users: readonly string[];
  readonly groups: readonly {
    readonly name: string;
    readonly members: readonly string[];
    readonly projects: readonly Required<GitLabProjectSeed>[];
  }[];
}

/** Fills defaults and turns numbers into lists. `usernames` are users that must exist besides. */
export function resolveGitLabSeeds(seeds: GitLabSeeds, usernames: readonly string[]): GitLabSeedLists {
  const named = list("users", seeds.users ?? 3, (number) => (number === 1 ? "root" : `user${number}`));
  const users = [...new Set([...named, ...usernames])];
  if (users.length === 0) throw new RangeError("users must name at least one user, got none");
  const issues = wholeAtLeast("issues", seeds.issues ?? 5, 0);
  const groups = list<GitLabGroupSeed>("groups", seeds.groups ?? 1, (number) => ({
    name: number === 1 ? "acme" : `group${number}`,
  }));
  return {
    users,
    groups: groups.map(({ name, members = users, projects }) => ({
      name,
      members,
      projects: resolveProjects(projects ?? seeds.projects ?? 3, issues),
    })),
  };
}

function resolveProjects(
  seeds: number | readonly GitLabProjectSeed[],
  issues: number,
): readonly Required<GitLabProjectSeed>[] {
  return list<GitLabProjectSeed>("projects", seeds, (number) => ({ name: `project${number}` })).map((seed) => ({
    visibility: "public",
    mergeRequests: 0,
    pipelines: 1,
    files: { "README.md": `# ${seed.name}\n` },
    ...seed,
    issues: wholeAtLeast("issues", seed.issues ?? issues, 0),
  }));
}

function list<Seed>(option: string, seeds: number | readonly Seed[], make: (number: number) => Seed): readonly Seed[] {
  if (typeof seeds !== "number") return seeds;
  return Array.from({ length: wholeAtLeast(option, seeds, 0) }, (_, index) => make(index + 1));
}
