import type { Clock } from "../../clock.js";
import { fillGitLab } from "./fill.js";
import type { GitLabGroup, GitLabProject, GitLabUser, GitLabVisibility } from "./model.js";
import type { GitLabSeedLists } from "./seed.js";

/** What the simulated GitLab knows, open for assertions. All by id. @public */
export interface GitLabState {
  readonly users: ReadonlyMap<number, GitLabUser>;
  readonly groups: ReadonlyMap<number, GitLabGroup>;
  readonly projects: ReadonlyMap<number, GitLabProject>;
  /** A project by its path with namespace: `acme/project1`. */
  project(path: string): GitLabProject | undefined;
}

/** The state with what is needed to change it. */
export interface WritableGitLabState extends GitLabState {
  readonly users: Map<number, GitLabUser>;
  readonly groups: Map<number, GitLabGroup>;
  readonly projects: Map<number, GitLabProject>;
  /** The next id of a kind. */
  nextId(kind: string): number;
  /** Unit: milliseconds of Unix time. */
  nowMs(): number;
  user(username: string): GitLabUser | undefined;
  addGroup(path: string, name: string, owner: GitLabUser): GitLabGroup;
  addProject(namespace: GitLabGroup | GitLabUser, creator: GitLabUser, draft: ProjectDraft): GitLabProject;
}

/** What a project is made of. */
export interface ProjectDraft {
  readonly name: string;
  readonly path: string;
  readonly description?: string | undefined;
  readonly visibility: GitLabVisibility;
}

/** Makes everything the seeds ask for; the same seeds give the same ids. */
export function createGitLabState(seeds: GitLabSeedLists, clock: Clock): WritableGitLabState {
  const last = new Map<string, number>();
  const nextId = (kind: string): number => {
    const id = (last.get(kind) ?? 0) + 1;
    last.set(kind, id);
    return id;
  };
  const nowMs = (): number => clock.nowMs();
  const users = new Map<number, GitLabUser>();
  const groups = new Map<number, GitLabGroup>();
  const projects = new Map<number, GitLabProject>();
  const state: WritableGitLabState = {
    users,
    groups,
    projects,
    nextId,
    nowMs,
    user: (username) => [...users.values()].find((user) => user.username === username),
    project: (path) => [...projects.values()].find((project) => fullPath(project) === path),
    addGroup(path, name, owner) {
      const group: GitLabGroup = {
        id: nextId("namespace"),
        path,
        name,
        description: "",
        visibility: "public",
        createdMs: nowMs(),
        members: new Map([[owner.id, 50]]),
      };
      groups.set(group.id, group);
      return group;
    },
    addProject(namespace, creator, { name, path, description, visibility }) {
      const project: GitLabProject = {
        id: nextId("project"),
        namespace,
        creator,
        name,
        path,
        description: description ?? null,
        visibility,
        defaultBranch: "main",
        archived: false,
        createdMs: nowMs(),
        updatedMs: nowMs(),
        members: new Map([[creator.id, 50]]),
        issues: new Map(),
        mergeRequests: new Map(),
        branches: new Map(),
        pipelines: [],
      };
      projects.set(project.id, project);
      return project;
    },
  };
  fillGitLab(state, seeds);
  return state;
}

/** A project's path with its namespace: `acme/project1`. */
export function fullPath({ namespace, path }: Pick<GitLabProject, "namespace" | "path">): string {
  return `${namespacePath(namespace)}/${path}`;
}

/** A namespace's path: that of the group, or the user's name. */
export function namespacePath(namespace: GitLabGroup | GitLabUser): string {
  return "username" in namespace ? namespace.username : namespace.path;
}
