// One worker process: takes jobs from every queue until it is told to end.
import { createSlackApi, SlackApi } from "@sluice/slack";
import { Worker } from "bullmq";
import { type Orders, prefix } from "./orders.js";
import { type TaskData, tasks } from "./tasks.js";

process.once("message", (orders: Orders) => {
  work(orders).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});

// Nobody could tell it to end any more.
process.once("disconnect", () => process.exit());

async function work(orders: Orders): Promise<void> {
  const slack = connect(orders);
  const workers = orders.queues.map((queue) => {
    const worker = new Worker<TaskData, string>(
      queue,
      async ({ name, data }) => {
        const task = tasks[name];
        if (task === undefined) throw new Error(`no task is named ${name}`);
        return task(slack, data);
      },
      { connection: { url: orders.redis }, prefix, concurrency: 20 },
    );
    return worker.on("error", (error) => console.error(error));
  });
  await Promise.all(workers.map((worker) => worker.waitUntilReady()));
  process.send?.("ready");
  await new Promise((resolve) => process.once("message", resolve));
  await Promise.all(workers.map((worker) => worker.close()));
  await slack.close();
  process.disconnect();
}

// #region connect
/** The client of this process. With the factory all processes that name the same Redis share the workspace's quota. */
function connect({ client, redis, slackApiUrl, minuteMs }: Orders): SlackApi {
  const token = "xoxb-fleet";
  if (client === "new SlackApi") return new SlackApi("acme", token, { slackApiUrl, rejectRateLimitedCalls: true });
  // A job has time; a person who waits for an answer has not.
  return createSlackApi("acme", { token, slackApiUrl, redis, timeoutMs: 600_000, quota: { minuteMs } });
}
// #endregion
