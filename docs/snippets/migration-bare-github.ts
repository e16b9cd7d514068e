import { Octokit } from "@octokit/rest";
import { createGitHubApi, type GitHubFactoryOptions } from "@sluice/github";

const auth = "ghp_docs";

/** How many searches are answered, with Octokit alone. */
export async function before(
  options: { readonly baseUrl: string; readonly log?: Octokit["log"] },
  words: readonly string[],
): Promise<number> {
  // #region before
  const github = new Octokit({ ...options, auth });
  const answers = await Promise.allSettled(words.map((q) => github.rest.search.repos({ q })));
  // #endregion
  return answers.filter(({ status }) => status === "fulfilled").length;
}

/** The same with ours. */
export async function after(
  options: GitHubFactoryOptions & { plugins?: undefined },
  words: readonly string[],
): Promise<number> {
  // #region after
  const github = createGitHubApi("acme", { ...options, auth }); // or no auth: GITHUB_TOKEN_ACME, GITHUB_TOKEN
  const answers = await Promise.allSettled(words.map((q) => github.rest.search.repos({ q })));
  await github.close();
  // #endregion
  return answers.filter(({ status }) => status === "fulfilled").length;
}
