// #region imports
import { GitbeakerRetryError } from "@gitbeaker/rest";
import { LimitExceededError } from "@sluice/core";
import { GitLabApi } from "@sluice/gitlab";
// #endregion

/** Says what the first project is called. */
export async function measured(): Promise<string> {
  // #region plain
  const gitlab = new GitLabApi("release-bot", { token: process.env["GITLAB_TOKEN"] });
  const { name } = await gitlab.Projects.show(1);
  // #endregion
  return name;
}

/** Opens an issue, and says in words when it cannot. */
// #region errors
export async function open(gitlab: GitLabApi, project: number, title: string): Promise<string> {
  try {
    const { iid } = await gitlab.Issues.create(project, title);
    return `#${iid}`;
  } catch (error) {
    // Ours: the wait would outlast timeoutMs, and nothing was sent.
    if (error instanceof LimitExceededError) return `not sent, there is room in ${Math.ceil(error.retryAfterMs)} ms`;
    // gitbeaker's: the last try ended with 429, or with 502.
    if (error instanceof GitbeakerRetryError) return `refused: ${error.message}`;
    throw error;
  }
}
// #endregion
