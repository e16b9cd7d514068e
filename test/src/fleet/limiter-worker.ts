// One process of a fleet that waits for tokens: reads its orders from argv, prints its grants as one line of JSON.
import { createLimiter, tokenBucket } from "@sluice/limiter";
import { redisStore } from "@sluice/limiter-redis";

/** What a worker is told. */
export interface WorkerOrders {
  readonly url: string;
  readonly calls: number;
  readonly refillRate: number;
  readonly burst: number;
  /** All at once, or each after the one before. */
  readonly how: "at once" | "in turns";
  /** Unix time at which all begin, in milliseconds. */
  readonly startAtMs: number;
}

/** What a worker did. */
export interface WorkerReport {
  /** Store time of each grant, in microseconds, in the order granted. */
  readonly atUs: readonly number[];
  /** Local Unix time at which each grant reached its caller, in milliseconds. */
  readonly seenMs: readonly number[];
}

const orders = JSON.parse(process.argv[2] ?? "") as WorkerOrders;
// A busy machine is no outage.
const store = redisStore({ url: orders.url, onStoreError: "closed", commandTimeoutMs: 10_000 });
const limiter = createLimiter({ store, provider: "fleet", account: "acme" });
const charge = { bucket: "shared", limit: tokenBucket({ refillRate: orders.refillRate, burst: orders.burst }) };
const atUs: number[] = [];
const seenMs: number[] = [];

const one = async (): Promise<void> => {
  const grant = await limiter.acquire(charge, { timeoutMs: 120_000 });
  atUs.push(grant.atUs);
  seenMs.push(performance.timeOrigin + performance.now());
};

// A warm connection, so that the figures are those of the limiter.
await limiter.peek(charge);
await new Promise((resolve) => setTimeout(resolve, orders.startAtMs - (performance.timeOrigin + performance.now())));
if (orders.how === "at once") await Promise.all(Array.from({ length: orders.calls }, one));
else for (let call = 0; call < orders.calls; call += 1) await one();
const report: WorkerReport = { atUs, seenMs };
process.stdout.write(`${JSON.stringify(report)}\n`);
await limiter.close();
await store.close();
