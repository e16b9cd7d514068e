import { startSlackSimulator } from "@sluice/simulators";
import Table from "cli-table3";
import type { Client } from "./orders.js";
import { type Batch, runJobs } from "./run-jobs.js";
import { startWorkers } from "./start-workers.js";

const redis = process.env["REDIS_URL"] ?? "";
if (redis === "") {
  console.error("Set REDIS_URL: BullMQ keeps its queues there, and Sluice the quota");
  process.exit(1);
}

const workers = 2;
const batches: readonly Batch[] = [
  { queue: "profiles", task: "sync-profile", count: 90 },
  { queue: "digests", task: "send-digest", count: 70 },
];
const total = batches.reduce((sum, { count }) => sum + count, 0);
const table = new Table({
  head: ["client", "jobs", "completed", "failed", "requests", "429s"],
  style: { head: [], border: [] },
});

// Plain clients are done within a minute. The others need a second one, so theirs last two seconds.
for (const [client, speed] of [
  ["new SlackApi", 1],
  ["createSlackApi", 30],
] as const satisfies readonly (readonly [Client, number])[]) {
  await using simulator = await startSlackSimulator({ speed, users: 40 });
  const users = [...simulator.state.workspace().users.keys()];
  const queues = batches.map(({ queue }) => queue);
  const orders = { client, redis, slackApiUrl: simulator.url, minuteMs: 60_000 / speed, queues };
  const end = await startWorkers(workers, orders);
  let shown = 0;
  try {
    const { completed, failed } = await runJobs(redis, batches, users, (ended) => {
      if (ended < total && ended < shown + 40) return;
      console.error(`${client}: ${ended} of ${total} jobs ended`);
      shown = ended;
    });
    table.push([client, total, completed, failed, simulator.ledger.count(), simulator.ledger.throttled().length]);
  } finally {
    await end();
  }
}
console.log(table.toString());
console.log(`${batches.length} queues, ${workers} worker processes, one quota`);
