// One process of a fleet that wants the same lock: reads its orders from argv, prints what it did as one line of JSON.
import { redisLock } from "@sluice/limiter-redis";
import { Redis } from "ioredis";

/** What a worker is told. */
export interface LockOrders {
  readonly url: string;
  /** How often to read, think and write the counter; 0 takes the lock once and holds it until the process is killed. */
  readonly rounds: number;
  readonly locked: boolean;
  readonly leaseMs: number;
  /** All begin when so many are ready. */
  readonly together: number;
}

/** What a worker did: the fence of each round, in order. */
export interface LockReport {
  readonly fences: readonly number[];
}

const orders = JSON.parse(process.argv[2] ?? "") as LockOrders;
// A busy machine is no outage.
const lock = redisLock({ url: orders.url, commandTimeoutMs: 10_000 });
const redis = new Redis(orders.url);
const fences: number[] = [];

const addOne = async (): Promise<void> => {
  const before = Number(await redis.get("counter"));
  await new Promise((resolve) => setImmediate(resolve));
  await redis.set("counter", before + 1);
};

await redis.ping();
if (orders.rounds === 0) {
  await lock.run("counter", { leaseMs: orders.leaseMs }, async ({ fence }) => {
    process.stdout.write(`${JSON.stringify({ fences: [fence] } satisfies LockReport)}\n`);
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  });
}
await redis.incr("ready");
while (Number(await redis.get("ready")) < orders.together) await new Promise((resolve) => setTimeout(resolve, 5));
for (let round = 0; round < orders.rounds; round += 1) {
  if (!orders.locked) await addOne();
  else
    await lock.run("counter", { leaseMs: orders.leaseMs, timeoutMs: 30_000 }, async ({ fence }) => {
      fences.push(fence);
      await addOne();
    });
}
process.stdout.write(`${JSON.stringify({ fences } satisfies LockReport)}\n`);
await lock.close();
redis.disconnect();
