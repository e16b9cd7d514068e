import type { GitBranch, GitCommit } from "../../git/repository.js";

/** A user. Times of the state are milliseconds of Unix time. @public */
export interface GitLabUser {
  readonly id: number;
  readonly username: string;
  readonly name: string;
  readonly email: string;
  readonly createdMs: number;
}

/** Access levels by user id: 10 guest, 20 reporter, 30 developer, 40 maintainer, 50 owner. @public */
export type GitLabMembers = Map<number, number>;

/** A group. @public */
export interface GitLabGroup {
  readonly id: number;
  readonly path: string;
  readonly createdMs: number;
  readonly members: GitLabMembers;
  name: string;
  description: string;
  visibility: GitLabVisibility;
}

/** Who may see a group or project. @public */
export type GitLabVisibility = "public" | "internal" | "private";

/** A note on an issue or merge request. @public */
export interface GitLabNote {
  readonly id: number;
  readonly author: GitLabUser;
  readonly createdMs: number;
  readonly body: string;
}

/** What issues and merge requests have in common. @public */
export interface GitLabIssuable {
  readonly id: number;
  /** Number within its project. */
  readonly iid: number;
  readonly author: GitLabUser;
  readonly createdMs: number;
  readonly notes: GitLabNote[];
  title: string;
  description: string | null;
  labels: readonly string[];
  updatedMs: number;
  closedMs: number | undefined;
}

/** An issue. @public */
export interface GitLabIssue extends GitLabIssuable {
  state: "opened" | "closed";
}

/** A merge request. @public */
export interface GitLabMergeRequest extends GitLabIssuable {
  readonly sourceBranch: string;
  readonly targetBranch: string;
  state: "opened" | "closed" | "merged";
}

/** A pipeline. @public */
export interface GitLabPipeline {
  readonly id: number;
  readonly iid: number;
  readonly ref: string;
  readonly sha: string;
  readonly source: "push" | "api";
  readonly status: "success" | "created";
  readonly user: GitLabUser;
  readonly createdMs: number;
}

/** A commit. @public */
export type GitLabCommit = GitCommit<GitLabUser>;

/** A branch with its history, oldest commit first, and the files at its head. @public */
export type GitLabBranch = GitBranch<GitLabUser>;

/** A project. @public */
export interface GitLabProject {
  readonly id: number;
  /** Whose it is. */
  readonly namespace: GitLabGroup | GitLabUser;
  readonly creator: GitLabUser;
  readonly createdMs: number;
  readonly members: GitLabMembers;
  readonly issues: Map<number, GitLabIssue>;
  readonly mergeRequests: Map<number, GitLabMergeRequest>;
  readonly branches: Map<string, GitLabBranch>;
  readonly pipelines: GitLabPipeline[];
  name: string;
  path: string;
  description: string | null;
  visibility: GitLabVisibility;
  defaultBranch: string;
  archived: boolean;
  updatedMs: number;
}
