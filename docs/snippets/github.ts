// #region service
import { createGitHubApi } from "@sluice/github";

const github = createGitHubApi("acme"); // token from GITHUB_TOKEN_ACME, else GITHUB_TOKEN; limits shared through REDIS_URL

const open = await github.paginate(github.rest.issues.listForRepo, { owner: "acme", repo: "shop", per_page: 100 });
for (const { number } of open) {
  await github.rest.issues.createComment({ owner: "acme", repo: "shop", issue_number: number, body: "Seen" });
}
await github.close();
// #endregion

// #region options
const tuned = createGitHubApi("acme", {
  redis: process.env["REDIS_URL"], // else limits are those of this process
  onStoreError: "local", // while Redis is away: this process's share of each limit
  timeoutMs: 60_000, // one budget for waits, attempts and retries
  quota: { tier: "installation", resources: { core: 12_500 } }, // a large organization's installation
  hooks: [{ name: "audit", after: (call, { status, waitedMs }) => console.log(call.operation, status, waitedMs) }],
});
// #endregion

// #region app
import { createAppAuth } from "@octokit/auth-app";

const app = createGitHubApi("acme", {
  authStrategy: createAppAuth,
  auth: { appId: 12345, privateKey: process.env["GITHUB_PRIVATE_KEY"] ?? "", installationId: 67890 },
});
// #endregion

// #region etag
import { etagCache } from "@sluice/github";

const frugal = createGitHubApi("acme", { hooks: [etagCache({ maxEntries: 5000, maxBytes: 64 * 2 ** 20 })] });
// #endregion

// #region caller
import { withCaller, withCallOptions } from "@sluice/core";

// On whose behalf: shown in metrics, ready for limits per caller.
await withCaller({ namespace: "team-a" }, () => tuned.rest.repos.get({ owner: "acme", repo: "shop" }));
await tuned.as({ namespace: "team-b" }).graphql("{ viewer { login } }");

// Abort while waiting or in flight, all pages of a pagination too; the call rejects with this very reason.
const { signal } = new AbortController();
await tuned.paginate(tuned.rest.repos.listForOrg, { org: "acme", request: { signal } });
await withCallOptions({ signal, priority: 5 }, () => tuned.rest.users.getAuthenticated());
// #endregion

// #region legacy
import { GitHubApi } from "@sluice/github";

const plain = new GitHubApi("acme", { auth: process.env["GITHUB_TOKEN"] });
await plain.rest.users.getAuthenticated();
// #endregion
await Promise.all([tuned.close(), app.close(), frugal.close()]);
