import { wholeAtLeast } from "../../checks.js";

/** A repository to start with. @public */
export interface GitHubRepositorySeed {
  readonly name: string;
  /** @defaultValue false */
  readonly isPrivate?: boolean;
  /** @defaultValue none */
  readonly description?: string;
  /** How many open issues. @defaultValue that of `issues` of all repositories */
  readonly issues?: number;
  /** How many open pull requests. @defaultValue 0 */
  readonly pulls?: number;
  /** Text by path. @defaultValue a `README.md` */
  readonly files?: Readonly<Record<string, string>>;
}

/** An organization to start with. @public */
export interface GitHubOrganizationSeed {
  readonly login: string;
  /** Logins of its members; the first is its owner. @defaultValue all seeded users */
  readonly members?: readonly string[];
  /** Names of its teams, of which every member is one. @defaultValue one, `Everyone` */
  readonly teams?: readonly string[];
  /** @defaultValue that of `repos` of all organizations */
  readonly repos?: number | readonly GitHubRepositorySeed[];
}

/** What GitHub holds at the start: explicit lists, or numbers of entries with made-up names. @public */
export interface GitHubSeeds {
  /** Logins. @defaultValue 3: `octocat`, `user2`, `user3` */
  readonly users?: number | readonly string[];
  /** @defaultValue 1, `acme`; a number gives `acme`, `org2`, `org3` … */
  readonly orgs?: number | readonly GitHubOrganizationSeed[];
  /** Repositories of each organization. @defaultValue 3: `repo1`, `repo2`, `repo3` */
  readonly repos?: number | readonly GitHubRepositorySeed[];
  /** Open issues of each repository. @defaultValue 5 */
  readonly issues?: number;
}

/** Seeds with all defaults filled in. */
export interface GitHubSeedLists {
  readonly users: readonly string[];
  readonly orgs: readonly Required<Omit<GitHubOrganizationSeed, "repos">>[];
  readonly repos: ReadonlyMap<string, readonly Required<GitHubRepositorySeed>[]>;
}

/** Fills defaults and turns numbers into lists. `logins` are users that must exist besides. */
export function resolveGitHubSeeds(seeds: GitHubSeeds, logins: readonly string[]): GitHubSeedLists {
  const named = list("users", seeds.users ?? 3, (number) => (number === 1 ? "octocat" : `user${number}`));
  const users = [...new Set([...named, ...logins])];
  if (users.length === 0) throw new RangeError("users must name at least one user, got none");
  const issues = wholeAtLeast("issues", seeds.issues ?? 5, 0);
  const orgs = list<GitHubOrganizationSeed>("orgs", seeds.orgs ?? 1, (number) => ({
    login: number === 1 ? "acme" : `org${number}`,
  }));
  return {
    users,
    orgs: orgs.map(({ login, members = users, teams = ["Everyone"] }) => ({ login, members, teams })),
    repos: new Map(orgs.map(({ login, repos }) => [login, repositories(repos ?? seeds.repos ?? 3, issues)] as const)),
  };
}

function repositories(
  seeds: number | readonly GitHubRepositorySeed[],
  issues: number,
): readonly Required<GitHubRepositorySeed>[] {
  return list<GitHubRepositorySeed>("repos", seeds, (number) => ({ name: `repo${number}` })).map((seed) => ({
    isPrivate: false,
    description: `The repository ${seed.name}`,
    pulls: 0,
    files: { "README.md": `# ${seed.name}\n` },
    ...seed,
    issues: wholeAtLeast("issues", seed.issues ?? issues, 0),
  }));
}

function list<Seed>(option: string, seeds: number | readonly Seed[], make: (number: number) => Seed): readonly Seed[] {
  if (typeof seeds !== "number") return seeds;
  return Array.from({ length: wholeAtLeast(option, seeds, 0) }, (_, index) => make(index + 1));
}
