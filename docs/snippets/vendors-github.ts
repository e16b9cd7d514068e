// #region imports
import { RequestError } from "@octokit/request-error";
import { LimitExceededError } from "@sluice/core";
import { createGitHubApi, GitHubApi } from "@sluice/github";
// #endregion

/** Answers every open issue. */
export async function service(): Promise<void> {
  // #region service
  const github = createGitHubApi("acme"); // token from GITHUB_TOKEN_ACME, else GITHUB_TOKEN; limits shared through REDIS_URL

  const open = await github.paginate(github.rest.issues.listForRepo, { owner: "acme", repo: "shop", per_page: 100 });
  for (const { number } of open) {
    await github.rest.issues.createComment({ owner: "acme", repo: "shop", issue_number: number, body: "Seen." });
  }
  await github.close();
  // #endregion
}

/** Says whose token it is. */
export async function measured(): Promise<string> {
  // #region plain
  const github = new GitHubApi("acme", { auth: process.env["GITHUB_TOKEN"] });
  const { data } = await github.rest.users.getAuthenticated();
  // #endregion
  return data.login;
}

/** Looks at a repository, and says in words when it cannot. */
// #region errors
export async function look(github: GitHubApi, owner: string, repo: string): Promise<string> {
  try {
    const { data } = await github.rest.repos.get({ owner, repo });
    return data.full_name;
  } catch (error) {
    // Ours: the wait would outlast timeoutMs, and nothing was sent.
    if (error instanceof LimitExceededError) return `not sent, there is room in ${Math.ceil(error.retryAfterMs)} ms`;
    // Octokit's: GitHub refused a request, with 403 as with 429.
    if (error instanceof RequestError && error.response?.headers["x-ratelimit-remaining"] === "0")
      return `refused with ${error.status}`;
    throw error;
  }
}
// #endregion
