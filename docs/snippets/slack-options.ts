// #region options
import { createSlackApi } from "@sluice/slack";

const slack = createSlackApi("acme", {
  redis: process.env["REDIS_URL"], // else limits are those of this process
  onStoreError: "local", // while Redis is away: this process's share of each limit
  timeoutMs: 60_000, // one budget for waits, attempts and retries
  quota: { methods: { "users.list": 10 } }, // less than the published 20 per minute
  hooks: [{ name: "audit", after: (call, { status, waitedMs }) => console.log(call.operation, status, waitedMs) }],
});
// #endregion

// #region caller
import { withCaller, withCallOptions } from "@sluice/core";

// On whose behalf: shown in metrics, ready for limits per caller.
await withCaller({ namespace: "team-a" }, () => slack.usergroups.list());
await slack.as({ namespace: "team-b" }).usergroups.list();

// Abort while waiting or in flight; the call rejects with this very reason.
const controller = new AbortController();
await withCallOptions({ signal: controller.signal, priority: 5 }, () => slack.users.info({ user: "U0000001" }));
// #endregion
await slack.close();
