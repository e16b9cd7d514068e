import type { GitBranch, GitCommit } from "../../git/repository.js";

/** Somebody or something that can own repositories. @public */
export interface GitHubAccount {
  readonly id: number;
  readonly login: string;
  readonly type: "User" | "Organization" | "Bot";
  name: string;
  readonly email: string | null;
  /** Unit: milliseconds of Unix time, as all times of the state. */
  readonly createdMs: number;
  updatedMs: number;
}

/** A team of an organization. @public */
export interface GitHubTeam {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  /** Logins. */
  readonly members: Set<string>;
}

/** An organization. @public */
export interface GitHubOrganization extends GitHubAccount {
  readonly type: "Organization";
  readonly description: string;
  /** Roles by login. */
  readonly members: Map<string, "admin" | "member">;
  /** Teams by slug. */
  readonly teams: Map<string, GitHubTeam>;
}

/** A comment on an issue or pull request. @public */
export interface GitHubComment {
  readonly id: number;
  readonly author: GitHubAccount;
  readonly createdMs: number;
  body: string;
  updatedMs: number;
}

/** An issue, or a pull request, which is an issue with branches. @public */
export interface GitHubIssue {
  readonly id: number;
  readonly number: number;
  readonly author: GitHubAccount;
  readonly createdMs: number;
  readonly comments: GitHubComment[];
  readonly pull: { readonly head: string; readonly base: string; readonly draft: boolean } | undefined;
  title: string;
  body: string | null;
  labels: readonly string[];
  assignees: readonly string[];
  state: "open" | "closed";
  stateReason: "completed" | "not_planned" | "reopened" | null;
  updatedMs: number;
  closedMs: number | undefined;
}

/** A commit. @public */
export type GitHubCommit = GitCommit<GitHubAccount>;

/** A branch with its history, oldest commit first, and the files at its head. @public */
export type GitHubBranch = GitBranch<GitHubAccount>;

/** A repository. @public */
export interface GitHubRepository {
  readonly id: number;
  readonly owner: GitHubAccount;
  readonly createdMs: number;
  readonly issues: Map<number, GitHubIssue>;
  readonly branches: Map<string, GitHubBranch>;
  name: string;
  description: string | null;
  isPrivate: boolean;
  archived: boolean;
  defaultBranch: string;
  updatedMs: number;
  pushedMs: number;
}

/** An installation of the simulated app on an organization. @public */
export interface GitHubInstallation {
  readonly id: number;
  readonly account: GitHubOrganization;
  readonly createdMs: number;
}

/** The simulated app. @public */
export interface GitHubApp {
  readonly id: number;
  readonly slug: string;
  readonly owner: GitHubAccount;
  readonly createdMs: number;
  readonly installations: readonly GitHubInstallation[];
}
