import { Gitlab } from "@gitbeaker/rest";
import { createGitLabApi, type GitLabFactoryOptions } from "@sluice/gitlab";

const token = "glpat-docs";

/** How many issues are opened, with gitbeaker alone. */
export async function before(options: { readonly host: string }, titles: readonly string[]): Promise<number> {
  // #region before
  const gitlab = new Gitlab({ ...options, token });
  const answers = await Promise.allSettled(titles.map((title) => gitlab.Issues.create(1, title)));
  // #endregion
  return answers.filter(({ status }) => status === "fulfilled").length;
}

/** The same with ours. */
export async function after(options: GitLabFactoryOptions, titles: readonly string[]): Promise<number> {
  // #region after
  const gitlab = createGitLabApi("release-bot", { ...options, token }); // or no token: GITLAB_TOKEN_RELEASE_BOT, GITLAB_TOKEN
  const answers = await Promise.allSettled(titles.map((title) => gitlab.Issues.create(1, title)));
  await gitlab.close();
  // #endregion
  return answers.filter(({ status }) => status === "fulfilled").length;
}
