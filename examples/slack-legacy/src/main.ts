import { startSlackSimulator } from "@sluice/simulators";
import { SlackApi } from "@sluice/slack";
import Table from "cli-table3";
import { Registry } from "prom-client";
import { BirthdayBot } from "./birthday-bot.js";
import { requestsIn } from "./requests-in.js";

await using simulator = await startSlackSimulator({ users: 12, channels: 1 });
const [channel = ""] = simulator.state.workspace().channels.keys();

// #region legacy
// Was: new WebClient(token). The class is a WebClient still; what is new are metrics, in the registry that you scrape.
const registry = new Registry();
const slack = new SlackApi("acme", "xoxb-legacy", { slackApiUrl: simulator.url, registry });
const bot = new BirthdayBot(slack);
// #endregion

console.log(`${await bot.congratulate(channel, ["user3", "user8"])} birthdays`);
await slack.conversations.info({ channel: "C404" }).catch((error: unknown) => console.log(String(error)));

const table = new Table({ head: ["operation", "outcome", "requests"], style: { head: [], border: [] } });
table.push(...(await requestsIn(registry)));
console.log(table.toString());
console.log(slack.hooks.describe());
