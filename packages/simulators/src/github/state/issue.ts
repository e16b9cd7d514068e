import type { GitHubAccount, GitHubIssue, GitHubRepository } from "./model.js";

/** What an issue is made of. */
export interface IssueDraft {
  readonly title: string;
  readonly body?: string | null;
  readonly labels?: readonly string[];
  readonly assignees?: readonly string[];
  readonly pull?: GitHubIssue["pull"];
}

/** Opens an issue under the repository's next number. */
export function openIssue(
  repository: GitHubRepository,
  id: number,
  author: GitHubAccount,
  draft: IssueDraft,
  atMs: number,
): GitHubIssue {
  const issue: GitHubIssue = {
    id,
    number: repository.issues.size + 1,
    author,
    title: draft.title,
    body: draft.body ?? null,
    labels: draft.labels ?? [],
    assignees: draft.assignees ?? [],
    pull: draft.pull,
    comments: [],
    state: "open",
    stateReason: null,
    createdMs: atMs,
    updatedMs: atMs,
    closedMs: undefined,
  };
  repository.issues.set(issue.number, issue);
  return issue;
}
