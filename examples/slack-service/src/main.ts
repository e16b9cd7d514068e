import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { startSlackSimulator } from "@sluice/simulators";
import { createSlackApi } from "@sluice/slack";
import Table from "cli-table3";
import { createAlertService } from "./alert-service.js";

// The simulated minutes last three seconds.
const speed = 20;
const token = "xoxb-service";
await using simulator = await startSlackSimulator({ speed, users: 4, channels: 3 });
const channels = [...simulator.state.workspace().channels.values()];

// Two replicas of the service: with REDIS_URL they could as well run on two machines.
// On Slack itself `createSlackApi("acme")` is all there is to write.
const connect = () =>
  createSlackApi("acme", { token, slackApiUrl: simulator.url, quota: { minuteMs: 60_000 / speed } });
const clients = [connect(), connect()];
const services = clients.map((slack) => createAlertService(slack).listen(0, "127.0.0.1"));
await Promise.all(services.map((service) => once(service, "listening")));
const urls = services.map((service) => `http://127.0.0.1:${(service.address() as AddressInfo).port}`);

// An outage: every monitor has something to say, all at once.
const alertsPerChannel = 50;
let sent = 0;
let answered = 0;
const send = async (channel: string, index: number): Promise<void> => {
  const alert = { text: `check ${index} fails`, owner: `user${(index % 4) + 1}@acme.example` };
  sent += 1;
  const { status } = await fetch(`${urls[index % 2]}/alerts/${channel}`, {
    method: "POST",
    body: JSON.stringify(alert),
  });
  if (status !== 204) return;
  answered += 1;
  if (answered % 50 === 0) console.error(`${answered} posted`);
};
await Promise.all(
  channels.flatMap(({ id }) => Array.from({ length: alertsPerChannel }, (_, index) => send(id, index))),
);

const table = new Table({ head: ["channel", "alerts", "messages", "429s"], style: { head: [], border: [] } });
for (const { id, name, messages } of channels)
  table.push([`#${name}`, alertsPerChannel, messages.length, simulator.ledger.count({ channel: id, status: 429 })]);
console.log(table.toString());
const lookups = simulator.ledger.count({ method: "users.lookupByEmail" });
console.log(`${answered} of ${sent} alerts posted by two replicas, ${lookups} lookups of owners`);

for (const service of services) service.close();
await Promise.all(clients.map((slack) => slack.close()));
