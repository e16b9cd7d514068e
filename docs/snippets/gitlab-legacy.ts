// #region legacy
import { GitLabApi } from "@sluice/gitlab";

const gitlab = new GitLabApi("release-bot", { token: process.env["GITLAB_TOKEN"] });
await gitlab.Projects.show("group/project");
// #endregion
