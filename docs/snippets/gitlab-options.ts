// #region options
import { createGitLabApi } from "@sluice/gitlab";

const gitlab = createGitLabApi("release-bot", {
  host: "https://gitlab.example.com", // an instance of one's own: its defaults hold
  camelize: true, // the SDK's options under their own names
  redis: process.env["REDIS_URL"], // else limits are those of this process
  timeoutMs: 60_000, // one budget for each request: waits, attempts and retries
  quota: { perMinute: 600, endpoints: { issueCreation: 20 } }, // what its administrator has set
  hooks: [{ name: "audit", after: (call, { status, waitedMs }) => console.log(call.operation, status, waitedMs) }],
});
// #endregion

// #region caller
import { withCaller, withCallOptions } from "@sluice/core";

// On whose behalf: shown in metrics, ready for limits per caller.
await withCaller({ namespace: "team-a" }, () => gitlab.Groups.all());
await gitlab.as({ namespace: "team-b" }).Groups.all();

// Abort while waiting or in flight; the call rejects with this very reason.
const controller = new AbortController();
await withCallOptions({ signal: controller.signal, priority: 5 }, () => gitlab.Users.showCurrentUser());
// #endregion
await gitlab.close();
