import type { GitHubComment, GitHubIssue, GitHubRepository } from "../state/model.js";
import { sha1 } from "../../git/repository.js";
import { fullName } from "../state/state.js";
import { simpleAccount, type Json } from "./account.js";
import { nodeId, timestamp, website } from "./common.js";
import { wireRepository } from "./repository.js";

/** Finds accounts by login. */
export type AccountSource = (login: string) => Parameters<typeof simpleAccount>[0] | undefined;

/** An issue; a pull request in a list of issues is one with a `pull_request`. */
export function wireIssue(
  issue: GitHubIssue,
  repository: GitHubRepository,
  origin: string,
  accountOf: AccountSource,
): Json {
  const repositoryUrl = `${origin}/repos/${fullName(repository)}`;
  const url = `${repositoryUrl}/issues/${issue.number}`;
  const kind = issue.pull === undefined ? "issues" : "pull";
  const pullUrl = `${repositoryUrl}/pulls/${issue.number}`;
  const htmlUrl = `${website}/${fullName(repository)}/${kind}/${issue.number}`;
  return {
    url,
    repository_url: repositoryUrl,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: htmlUrl,
    id: issue.id,
    node_id: nodeId("Issue", issue.id),
    ...shared(issue, origin, accountOf),
    comments: issue.comments.length,
    state_reason: issue.stateReason,
    ...(issue.pull !== undefined && {
      draft: issue.pull.draft,
      pull_request: { url: pullUrl, html_url: htmlUrl, diff_url: `${htmlUrl}.diff`, patch_url: `${htmlUrl}.patch` },
    }),
  };
}

/** A pull request. */
export function wirePull(
  issue: GitHubIssue,
  repository: GitHubRepository,
  origin: string,
  accountOf: AccountSource,
): Json {
  const repositoryUrl = `${origin}/repos/${fullName(repository)}`;
  const url = `${repositoryUrl}/pulls/${issue.number}`;
  const htmlUrl = `${website}/${fullName(repository)}/pull/${issue.number}`;
  const end = (branch: string): Json => ({
    label: `${repository.owner.login}:${branch}`,
    ref: branch,
    sha: repository.branches.get(branch)?.commits.at(-1)?.sha ?? sha1(branch),
    user: simpleAccount(repository.owner, origin),
    repo: wireRepository(repository, origin, true),
  });
  return {
    url,
    id: issue.id,
    node_id: nodeId("PullRequest", issue.id),
    html_url: htmlUrl,
    diff_url: `${htmlUrl}.diff`,
    patch_url: `${htmlUrl}.patch`,
    issue_url: `${repositoryUrl}/issues/${issue.number}`,
    commits_url: `${url}/commits`,
    comments_url: `${repositoryUrl}/issues/${issue.number}/comments`,
    ...shared(issue, origin, accountOf),
    merged_at: null,
    merge_commit_sha: null,
    requested_reviewers: [],
    requested_teams: [],
    draft: issue.pull?.draft ?? false,
    head: end(issue.pull?.head ?? ""),
    base: end(issue.pull?.base ?? ""),
    auto_merge: null,
  };
}

/** A comment on an issue. */
export function wireComment(
  comment: GitHubComment,
  issue: GitHubIssue,
  repository: GitHubRepository,
  origin: string,
): Json {
  const repositoryUrl = `${origin}/repos/${fullName(repository)}`;
  return {
    url: `${repositoryUrl}/issues/comments/${comment.id}`,
    html_url: `${website}/${fullName(repository)}/issues/${issue.number}#issuecomment-${comment.id}`,
    issue_url: `${repositoryUrl}/issues/${issue.number}`,
    id: comment.id,
    node_id: nodeId("IssueComment", comment.id),
    user: simpleAccount(comment.author, origin),
    created_at: timestamp(comment.createdMs),
    updated_at: timestamp(comment.updatedMs),
    author_association: "MEMBER",
    body: comment.body,
    performed_via_github_app: null,
  };
}

/** What issues and pull requests have in common. */
function shared(issue: GitHubIssue, origin: string, accountOf: AccountSource): Json {
  const assignees = issue.assignees.flatMap((login) => {
    const account = accountOf(login);
    return account === undefined ? [] : [simpleAccount(account, origin)];
  });
  return {
    number: issue.number,
    title: issue.title,
    user: simpleAccount(issue.author, origin),
    labels: issue.labels.map((name, index) => ({
      id: issue.id * 100 + index,
      name,
      color: "d73a4a",
      default: name === "bug",
      description: null,
    })),
    state: issue.state,
    locked: false,
    assignee: assignees[0] ?? null,
    assignees,
    milestone: null,
    created_at: timestamp(issue.createdMs),
    updated_at: timestamp(issue.updatedMs),
    closed_at: issue.closedMs === undefined ? null : timestamp(issue.closedMs),
    author_association: "MEMBER",
    active_lock_reason: null,
    body: issue.body,
  };
}
