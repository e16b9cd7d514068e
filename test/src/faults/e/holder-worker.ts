// A process that takes a lock, a place or a probe and holds it until it is killed; prints one line of JSON when it has it.
import { concurrency, createBreaker, createJobs, createLimiter } from "@sluice/limiter";
import { redisBreakerStore, redisLock, redisStore } from "@sluice/limiter-redis";

/** What a holder is told. */
export interface HolderOrders {
  readonly url: string;
  readonly what: "lock" | "place" | "job" | "probe";
  readonly leaseMs: number;
}

/** What it says once it holds. */
export interface HolderReport {
  readonly holds: HolderOrders["what"];
}

const { url, what, leaseMs } = JSON.parse(process.argv[2] ?? "") as HolderOrders;
// A busy machine is no outage.
const options = { url, commandTimeoutMs: 10_000 };
const hold = (): Promise<void> => {
  process.stdout.write(`${JSON.stringify({ holds: what } satisfies HolderReport)}\n`);
  return new Promise((resolve) => setTimeout(resolve, 60_000));
};

if (what === "lock") {
  // Extended for as long as it lives.
  await redisLock(options).run("held", { leaseMs }, hold);
} else if (what === "probe") {
  await createBreaker({ name: "held", store: redisBreakerStore(options), probeLeaseMs: leaseMs }).run(hold);
} else {
  const limiter = createLimiter({
    store: redisStore({ ...options, onStoreError: "closed" }),
    provider: "test",
    account: "acme",
  });
  if (what === "job") await createJobs({ limiter, name: "jobs", max: 1, leaseMs }).run(hold);
  else {
    await limiter.acquire({ bucket: "held", limit: concurrency({ max: 1, leaseMs }) });
    await hold();
  }
}
