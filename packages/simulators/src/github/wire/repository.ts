import type { GitHubBranch, GitHubCommit, GitHubRepository } from "../state/model.js";
import { fullName } from "../state/state.js";
import { simpleAccount, type Json } from "./account.js";
import { nodeId, timestamp, website } from "./common.js";

/** A repository, in lists and on its own. */
export function wireRepository(repository: GitHubRepository, origin: string, mayPush: boolean): Json {
  const name = fullName(repository);
  const url = `${origin}/repos/${name}`;
  const openIssues = [...repository.issues.values()].filter((issue) => issue.state === "open").length;
  return {
    id: repository.id,
    node_id: nodeId("Repository", repository.id),
    name: repository.name,
    full_name: name,
    private: repository.isPrivate,
    owner: simpleAccount(repository.owner, origin),
    html_url: `${website}/${name}`,
    description: repository.description,
    fork: false,
    url,
    branches_url: `${url}/branches{/branch}`,
    comments_url: `${url}/comments{/number}`,
    commits_url: `${url}/commits{/sha}`,
    contents_url: `${url}/contents/{+path}`,
    issues_url: `${url}/issues{/number}`,
    pulls_url: `${url}/pulls{/number}`,
    teams_url: `${url}/teams`,
    clone_url: `${website}/${name}.git`,
    git_url: `git://github.com/${name}.git`,
    ssh_url: `git@github.com:${name}.git`,
    created_at: timestamp(repository.createdMs),
    updated_at: timestamp(repository.updatedMs),
    pushed_at: timestamp(repository.pushedMs),
    homepage: null,
    size: 0,
    stargazers_count: 0,
    watchers_count: 0,
    watchers: 0,
    language: null,
    has_issues: true,
    has_projects: true,
    has_downloads: true,
    has_wiki: true,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    forks: 0,
    archived: repository.archived,
    disabled: false,
    open_issues_count: openIssues,
    open_issues: openIssues,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: repository.isPrivate ? "private" : "public",
    default_branch: repository.defaultBranch,
    permissions: { admin: mayPush, maintain: mayPush, push: mayPush, triage: mayPush, pull: true },
  };
}

/** A branch in a list. */
export function simpleBranch({ name, commits }: GitHubBranch, repository: GitHubRepository, origin: string): Json {
  const sha = commits.at(-1)?.sha ?? "";
  const url = `${origin}/repos/${fullName(repository)}/commits/${sha}`;
  return { name, commit: { sha, url }, protected: false };
}

/** A branch on its own. */
export function fullBranch(branch: GitHubBranch, repository: GitHubRepository, origin: string): Json {
  const self = `${origin}/repos/${fullName(repository)}/branches/${branch.name}`;
  const head = branch.commits.at(-1);
  return {
    ...simpleBranch(branch, repository, origin),
    ...(head !== undefined && { commit: wireCommit(head, repository, origin) }),
    _links: { self, html: `${website}/${fullName(repository)}/tree/${branch.name}` },
    protection: { enabled: false, required_status_checks: { enforcement_level: "off", contexts: [], checks: [] } },
    protection_url: `${self}/protection`,
  };
}

/** A commit. */
export function wireCommit(commit: GitHubCommit, repository: GitHubRepository, origin: string): Json {
  const url = `${origin}/repos/${fullName(repository)}`;
  const { sha, author, message, parent } = commit;
  const signature = { name: author.name, email: author.email ?? "", date: timestamp(commit.atMs) };
  return {
    sha,
    node_id: nodeId("Commit", repository.id),
    commit: {
      author: signature,
      committer: signature,
      message,
      tree: { sha, url: `${url}/git/trees/${sha}` },
      url: `${url}/git/commits/${sha}`,
      comment_count: 0,
      verification: { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null },
    },
    url: `${url}/commits/${sha}`,
    html_url: `${website}/${fullName(repository)}/commit/${sha}`,
    comments_url: `${url}/commits/${sha}/comments`,
    author: simpleAccount(author, origin),
    committer: simpleAccount(author, origin),
    parents: parent === undefined ? [] : [{ sha: parent, url: `${url}/commits/${parent}` }],
  };
}
