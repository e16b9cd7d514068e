// A process that forks workers, as node:cluster does, each of which uses the same store; prints one line of JSON when all of them do.
import cluster from "node:cluster";
import { createLimiter, tokenBucket } from "@sluice/limiter";
import { redisStore } from "@sluice/limiter-redis";

/** What the first of them is told. */
export interface ClusterOrders {
  readonly url: string;
  readonly workers: number;
}

/** What it says. */
export interface ClusterReport {
  readonly pids: readonly number[];
}

const { url, workers } = JSON.parse(process.argv[2] ?? "") as ClusterOrders;

if (cluster.isPrimary) {
  const pids: number[] = [];
  cluster.on("message", ({ process: { pid } }) => {
    pids.push(pid ?? 0);
    if (pids.length === workers) process.stdout.write(`${JSON.stringify({ pids } satisfies ClusterReport)}\n`);
  });
  for (let count = 0; count < workers; count += 1) cluster.fork();
} else {
  // A busy machine is no outage, in which nobody would be counted.
  const store = redisStore({ url, commandTimeoutMs: 10_000 });
  const limiter = createLimiter({ store, provider: "test", account: "acme" });
  await limiter.peek({ bucket: "peers", limit: tokenBucket({ refillRate: 1, burst: 1 }) });
  process.send?.("ready");
}
