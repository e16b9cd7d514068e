// #region quickstart
import { startSlackSimulator } from "@sluice/simulators";
import { createSlackApi } from "@sluice/slack";

// A Slack on this machine that allows 20 users.list a minute, as the real one does; its minutes last two seconds.
const server = await startSlackSimulator({ speed: 30 });
const slack = createSlackApi("acme", {
  token: "xoxb-any",
  slackApiUrl: server.url, // without this line and the next one it is the real Slack
  quota: { minuteMs: 2000 },
});

const answers = await Promise.all(Array.from({ length: 60 }, () => slack.users.list({})));
const refused = server.ledger.throttled().length;
console.log(`${answers.filter(({ ok }) => ok).length} answers, ${refused} requests refused`);

await slack.close();
await server.close();
// #endregion
