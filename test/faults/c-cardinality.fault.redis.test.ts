import { tokenBucket } from "@sluice/limiter";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect } from "vitest";
import { limits } from "./c-everything.js";
import { collected, figureOf, heapBytes, member, ms, PATIENT_MS } from "./c-support.js";
import { fault } from "./fault.js";

let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  server = await startRedisServer();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

/** Most bytes of the key of one bucket that was used once, with its name and its expiry. */
const MOST_BYTES = 250;
const SAMPLE = 1000;

fault(
  {
    id: "C4",
    fault: "one bucket of each algorithm, used once",
    expected: `at most ${MOST_BYTES} bytes each in Redis, and every key expires`,
  },
  async () => {
    await using one = member({ url: server.url, commandTimeoutMs: PATIENT_MS });
    const figures: string[] = [];
    for (const [kind, limit] of Object.entries(limits)) {
      await redis.flushall();
      const names = Array.from({ length: SAMPLE }, (_, index) => `${kind}-${index}`);
      await Promise.all(names.map((bucket) => one.limiter.acquire({ bucket, limit }, { timeoutMs: 5000 })));
      const keys = (await redis.keys("sluice:*")).filter((key) => key.includes(kind));
      expect(keys).toHaveLength(SAMPLE);
      const bytes = (await Promise.all(keys.map((key) => redis.memory("USAGE", key)))).map(Number);
      const lives = await Promise.all(keys.map((key) => redis.pttl(key)));
      const mean = bytes.reduce((sum, each) => sum + each, 0) / SAMPLE;
      expect(mean).toBeLessThanOrEqual(MOST_BYTES);
      expect(Math.min(...lives)).toBeGreaterThan(0);
      figures.push(`${kind} ${Math.round(mean)}`);
    }
    return `bytes a bucket: ${figures.join(", ")}`;
  },
);

fault(
  {
    id: "C4",
    fault: "a sliding window that is full",
    expected: "about 125 bytes for each request it remembers, at most 200",
  },
  async () => {
    await using one = member({ url: server.url, commandTimeoutMs: PATIENT_MS });
    const charge = { bucket: "full", limit: limits["slidingWindow"] ?? tokenBucket({ refillRate: 1, burst: 1 }) };
    const usage = async (): Promise<number> =>
      Number(await redis.memory("USAGE", "sluice:{test:acme}:w:full", "SAMPLES", "0"));
    await one.limiter.tryAcquire(charge);
    const first = await usage();
    for (let n = 1; n < 20; n += 1) await one.limiter.tryAcquire(charge);
    const each = ((await usage()) - first) / 19;
    expect(each).toBeLessThan(200);
    return `${Math.round(each)} bytes for each remembered request`;
  },
);

interface Flood {
  readonly identifiers: number;
  readonly slow?: boolean;
}

function flood({ identifiers, slow = false }: Flood): void {
  fault(
    {
      id: "C4",
      fault: `${identifiers} identifiers, once each`,
      expected: "no key is left after the longest expiry (1 s); memory of store and process as before",
      slow,
      timeoutMs: 300_000,
    },
    async () => {
      await redis.flushall();
      await using one = member({ url: server.url, commandTimeoutMs: PATIENT_MS });
      const limit = tokenBucket({ refillRate: 2, burst: 2 });
      const some = async (prefix: string, count: number): Promise<void> => {
        for (let from = 0; from < count; from += 1000) {
          const names = Array.from({ length: 1000 }, (_, index) => `${prefix}${from + index}`);
          await Promise.all(names.map((bucket) => one.limiter.tryAcquire({ bucket, limit })));
        }
      };
      // Tables that are bounded are full then.
      await some("before", 15_000);
      // Who is there, and what each of them tells of itself for a while, is no bucket.
      const gone = async (): Promise<number> =>
        (await redis.keys("sluice:*")).filter((key) => !/:\{presence\}(:|$)/.test(key)).length;
      await expect.poll(gone, { timeout: 15_000 }).toBe(0);
      const before = { heap: heapBytes(), store: await figureOf(server, "used_memory") };
      const startedMs = performance.now();
      await some("one", identifiers);
      const tookMs = performance.now() - startedMs;
      const peak = await redis.dbsize();
      await expect.poll(gone, { timeout: 15_000 }).toBe(0);
      // What was collected is counted only once connections have shrunk their buffers.
      await new Promise((resolve) => setTimeout(resolve, 300));
      const storeGrown = async (): Promise<number> => (await figureOf(server, "used_memory")) - before.store;
      await expect.poll(storeGrown, { timeout: 10_000 }).toBeLessThan(3e6);
      const grown = { heap: (await collected(before.heap)) - before.heap, store: await storeGrown() };
      expect(one.events).toEqual([]);
      expect(grown.heap).toBeLessThan(5e6);
      const kb = (bytes: number): string => `${Math.round(bytes / 1000)} kB`;
      return `0 keys left, ${peak} at the end of the calls (${ms(tookMs)}); heap ${kb(grown.heap)}, store ${kb(grown.store)}`;
    },
  );
}

flood({ identifiers: 50_000 });
flood({ identifiers: 1_000_000, slow: true });
