import { startSlackSimulator } from "@sluice/simulators";
import { SlackApi } from "@sluice/slack";
import Table from "cli-table3";
import { after, before } from "./clients.js";
import { membersOfGroups } from "./members.js";

const token = "xoxb-script";
const people = ["ann", "ben", "cleo", "dan"];
const usergroups = Array.from({ length: 36 }, (_, index) => ({
  name: `Team ${index + 1}`,
  users: people.slice(0, (index % people.length) + 1),
}));
const table = new Table({
  head: ["client", "user groups", "answered", "members", "429s"],
  style: { head: [], border: [] },
});

// Plain clients are done, or refused, within a minute. The factory's need a second one, so theirs last three seconds.
for (const [how, speed] of [
  ["new WebClient", 1],
  ["createSlackApi", 20],
] as const) {
  await using simulator = await startSlackSimulator({
    speed,
    users: people.map((name) => ({ name })),
    usergroups,
  });
  const { url: slackApiUrl } = simulator;
  const slack =
    how === "new WebClient"
      ? before(token, { slackApiUrl, rejectRateLimitedCalls: true })
      : after(token, { slackApiUrl, quota: { minuteMs: 60_000 / speed } });

  console.error(`${how}: asking`);
  const found = await membersOfGroups(slack);
  const answered = found.filter(({ members }) => members !== undefined);
  const members = answered.reduce((sum, each) => sum + (each.members ?? 0), 0);
  table.push([how, found.length, answered.length, members, simulator.ledger.throttled().length]);
  if (slack instanceof SlackApi) await slack.close();
}
console.log(table.toString());
