import {
  concurrency,
  createLimiter,
  fixedWindow,
  leakyBucket,
  type Limit,
  slidingWindow,
  slidingWindowCounter,
  tokenBucket,
} from "@sluice/limiter";
import { redisStore } from "@sluice/limiter-redis";
import { startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import type { Bench, BenchTable } from "../bench.js";
import { startChild } from "../children/start-child.js";
import { loadPeer, OURS, peersFor } from "../peers/registry.js";
import type { SizeHandlers } from "./worker.js";

const hourMs = 3_600_000;
const limits: readonly Limit[] = [
  tokenBucket({ refillRate: 0.01, burst: 100 }),
  leakyBucket({ rate: 0.001 }),
  fixedWindow({ limit: 100, windowMs: hourMs }),
  slidingWindowCounter({ limit: 100, windowMs: hourMs }),
  slidingWindow({ limit: 100, windowMs: hourMs }),
  concurrency({ max: 100, leaseMs: hourMs }),
];
/** Grants that a bucket has seen when its size in Redis is taken. */
const GRANTS = 10;
const PROMISED_REDIS_BYTES = 200;

/** How much a bucket takes in a process, and in Redis. */
export const sizesBench: Bench = {
  name: "sizes",
  async run(pace) {
    const buckets = pace === "full" ? 50_000 : 5000;
    return [await inProcess(buckets), await inRedis()];
  },
};

async function inProcess(buckets: number): Promise<BenchTable> {
  const rows = [];
  for (const limit of limits) {
    await using server = await startRedisServer();
    const sizes = [];
    for (const url of [undefined, server.url]) {
      await using child = startChild<SizeHandlers>("sizes/worker.js", { nodeArguments: ["--expose-gc"] });
      sizes.push(await child.ask("measure", { limit, buckets, url }));
    }
    rows.push({ kind: limit.kind, memory: sizes[0], redis: sizes[1] });
  }
  return {
    title: `What does each of ${buckets} buckets take in the process?`,
    columns: [
      "limit",
      "in memory: heap, bytes",
      "outside heap, bytes",
      "over Redis: heap, bytes",
      "outside heap, bytes",
    ],
    rows: rows.map(({ kind, memory, redis }) => [
      kind,
      memory?.heapBytes,
      memory?.outsideBytes,
      redis?.heapBytes,
      redis?.outsideBytes,
    ]),
    notes: ["After one grant each, names not counted."],
    figures: rows,
  };
}

async function inRedis(): Promise<BenchTable> {
  await using server = await startRedisServer();
  const redis = new Redis(server.url);
  const sizes = new Map<string, number>();
  const store = redisStore({ url: server.url });
  const limiter = createLimiter({ store, provider: "bench" });
  for (const limit of limits) {
    const grant = (): Promise<unknown> => limiter.tryAcquire({ bucket: "somebody", limit });
    sizes.set(`${OURS}, ${limit.kind}`, await growth(redis, grant));
  }
  await limiter.close();
  await store.close();
  for (const name of peersFor("redis")) {
    if (name === OURS) continue;
    const decider = await (
      await loadPeer(name)
    ).redis?.({ url: server.url, bucket: name, processes: 1 }, { refillRate: 0.01, burst: 100 });
    if (decider === undefined) continue;
    sizes.set(name, await growth(redis, async () => decider.decide("somebody")));
    await decider.close();
  }
  redis.disconnect();
  const ours = sizes.get(`${OURS}, tokenBucket`) ?? Number.NaN;
  return {
    title: `How large is a bucket in Redis after ${GRANTS} grants?`,
    columns: ["who", "bytes", "it : our token bucket"],
    rows: [...sizes].map(([name, bytes]) => [name, bytes, bytes / ours]),
    notes: ["MEMORY USAGE of all keys that came with the bucket, with their names."],
    promises: [
      { text: `a token bucket takes at most ${PROMISED_REDIS_BYTES} bytes`, kept: ours <= PROMISED_REDIS_BYTES },
    ],
    figures: [...sizes],
  };
}

/** Bytes of the keys that are there after some grants and were not there before. */
async function growth(redis: Redis, grant: () => Promise<unknown>): Promise<number> {
  const before = new Set(await redis.keys("*"));
  for (let call = 0; call < GRANTS; call += 1) await grant();
  const fresh = (await redis.keys("*")).filter((key) => !before.has(key) && !key.includes("{presence}"));
  let bytes = 0;
  for (const key of fresh) bytes += (await redis.memory("USAGE", key)) ?? 0;
  return bytes;
}
