// #region simulator
import { startSlackSimulator } from "@sluice/simulators";
import { WebClient } from "@slack/web-api";

await using simulator = await startSlackSimulator({ speed: 60, users: 3 });
const slack = new WebClient("xoxb-any", { slackApiUrl: simulator.url });

const { members } = await slack.users.list({});
console.log(
  members?.map(({ name }) => name),
  simulator.ledger.count({ method: "users.list" }),
);
// #endregion
