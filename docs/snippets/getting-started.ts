// #region call
import { createSlackApi } from "@sluice/slack";

const slack = createSlackApi("acme", { token: "xoxb-any", slackApiUrl: "http://127.0.0.1:8081/api/" });

const { members } = await slack.users.list({});
console.log(`${members?.length} members`);
// #endregion

// #region explain
console.log(slack.limits().explain("users.info").text);
// #endregion

// #region many
const started = performance.now();
const calls = Array.from({ length: 27 }, () => slack.users.info({ user: "U0000001" }));
await Promise.all(calls);
console.log(`${calls.length} calls in ${((performance.now() - started) / 1000).toFixed(1)} s`);
await slack.close();
// #endregion
