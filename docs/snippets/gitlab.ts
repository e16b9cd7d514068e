// #region service
import { createGitLabApi } from "@sluice/gitlab";

const gitlab = createGitLabApi("release-bot"); // token from GITLAB_TOKEN_RELEASE_BOT, else GITLAB_TOKEN; limits shared through REDIS_URL

const projects = await gitlab.Projects.all({ membership: true, perPage: 100 });
for (const { id } of projects) {
  await gitlab.Issues.create(id, "All of it at the published rate, none of it refused");
}
await gitlab.close();
// #endregion
