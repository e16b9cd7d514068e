// #region github
import { startGitHubSimulator } from "@sluice/simulators";
import { Octokit } from "@octokit/rest";

await using github = await startGitHubSimulator({ speed: 60, repos: 250, limits: { core: 2 } });
const octokit = new Octokit({ baseUrl: github.url, auth: "ghp_any" });

try {
  await octokit.paginate(octokit.rest.repos.listForOrg, { org: "acme", per_page: 100 });
} catch (error) {
  // The third page was one request too many.
  console.log(String(error), github.ledger.count({ limit: "core", accepted: true }));
}
// #endregion

// #region gitlab
import { startGitLabSimulator } from "@sluice/simulators";
import { Gitlab } from "@gitbeaker/rest";

await using gitlab = await startGitLabSimulator({ projects: 45, tier: "self-managed" });
const client = new Gitlab({ host: gitlab.url, token: "glpat-any" });

const projects = await client.Projects.all({ pagination: "keyset", perPage: 20, orderBy: "id", sort: "asc" });
console.log(projects.length, gitlab.ledger.count({ method: "GET /projects" }));
// #endregion
