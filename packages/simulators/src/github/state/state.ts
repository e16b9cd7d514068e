import type { Clock } from "../../clock.js";
import type { GitHubAccount, GitHubApp, GitHubOrganization, GitHubRepository } from "./model.js";
import { fillGitHub } from "./fill.js";
import type { GitHubSeedLists } from "./seed.js";

/** What the simulated GitHub knows, open for assertions. @public */
export interface GitHubState {
  /** Users by login. */
  readonly users: ReadonlyMap<string, GitHubAccount>;
  /** Organizations by login. */
  readonly orgs: ReadonlyMap<string, GitHubOrganization>;
  /** Repositories by `owner/name`. */
  readonly repos: ReadonlyMap<string, GitHubRepository>;
  /** The app, installed on every organization. */
  readonly app: GitHubApp;
}

/** The state with what is needed to change it. */
export interface WritableGitHubState extends GitHubState {
  readonly users: Map<string, GitHubAccount>;
  readonly orgs: Map<string, GitHubOrganization>;
  readonly repos: Map<string, GitHubRepository>;
  app: GitHubApp;
  nextId(): number;
  /** Unit: milliseconds of Unix time. */
  nowMs(): number;
  addRepository(owner: GitHubAccount, draft: RepositoryDraft): GitHubRepository;
}

/** What a repository is made of. */
export interface RepositoryDraft {
  readonly name: string;
  readonly description?: string | null;
  readonly isPrivate?: boolean;
}

/** Makes everything the seeds ask for; the same seeds give the same ids. */
export function createGitHubState(seeds: GitHubSeedLists, clock: Clock): WritableGitHubState {
  let lastId = 0;
  const nextId = (): number => (lastId += 1);
  const nowMs = (): number => clock.nowMs();
  const repos = new Map<string, GitHubRepository>();
  const owner = { id: 0, login: "", type: "User", name: "", email: null, createdMs: 0, updatedMs: 0 } as const;
  const state: WritableGitHubState = {
    users: new Map(),
    orgs: new Map(),
    repos,
    app: { id: 1, slug: "simulated-app", owner, createdMs: nowMs(), installations: [] },
    nextId,
    nowMs,
    addRepository(of, { name, description = null, isPrivate = false }) {
      const atMs = nowMs();
      const repository: GitHubRepository = {
        id: nextId(),
        owner: of,
        name,
        description,
        isPrivate,
        archived: false,
        defaultBranch: "main",
        createdMs: atMs,
        updatedMs: atMs,
        pushedMs: atMs,
        issues: new Map(),
        branches: new Map(),
      };
      repos.set(fullName(repository), repository);
      return repository;
    },
  };
  fillGitHub(state, seeds);
  return state;
}

/** `owner/name`. */
export function fullName({ owner, name }: Pick<GitHubRepository, "owner" | "name">): string {
  return `${owner.login}/${name}`;
}
