import { createLimiter, slidingWindow, tokenBucket } from "@sluice/limiter";
import { startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { afterEach, describe, expect, it } from "vitest";
import { watchStalls } from "@sluice/test/stalls";
import type { RedisStoreOptions } from "../store/options.js";
import { redisStore } from "../store/redis-store.js";
import type { StoreEvent } from "./events.js";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const charge = { bucket: "b", limit: tokenBucket({ refillRate: 100, burst: 10 }) };
/** Nobody listens there, and nobody is given it. */
const SILENT_PORT = 1;
/** For whoever does not look for an outage: a busy machine is none. */
const PATIENT_MS = 5000;

function limiterAt(options: RedisStoreOptions) {
  const events: StoreEvent[] = [];
  const store = redisStore({ ...options, onEvent: (event) => events.push(event) });
  const limiter = createLimiter({ store, provider: "test", account: "acme" });
  closers.push(async () => {
    await limiter.close();
    await store.close();
  });
  return { store, limiter, events };
}

async function server() {
  const started = await startRedisServer();
  closers.push(() => started.stop());
  return started;
}

/** Connects, however long a busy machine takes. */
async function connected({ store, limiter }: Pick<ReturnType<typeof limiterAt>, "store" | "limiter">): Promise<void> {
  await limiter.peek(charge);
  await expect.poll(() => store.mode, { timeout: 10_000 }).toBe("shared");
}

describe("while Redis cannot be asked", () => {
  it("creation succeeds, calls are answered in time, and the outage is told once, in words that say what to do", async () => {
    const { limiter, store, events } = limiterAt({ url: `redis://:hunter2@127.0.0.1:${SILENT_PORT}` });
    using stalls = watchStalls();
    const waits: number[] = [];
    for (let n = 0; n < 30; n += 1) {
      const [startedMs, stalledMs] = [performance.now(), stalls.totalMs];
      await limiter.acquire(charge, { timeoutMs: 10_000 });
      waits.push(performance.now() - startedMs - (stalls.totalMs - stalledMs));
    }
    expect(Math.max(...waits)).toBeLessThan(700);
    expect(store.mode).toBe("local");
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ type: "store-down", mode: "local" });
    expect(events[0]?.message).toMatch(/127\.0\.0\.1:\d+ cannot be used .*Check that it runs and that REDIS_URL/);
    expect(JSON.stringify(events)).not.toContain("hunter2");
  });

  it('"local" starts empty and drips at the share of this process, "open" admits, "closed" refuses', async () => {
    const url = `redis://127.0.0.1:${SILENT_PORT}`;
    const local = limiterAt({ url, onStoreError: "local" });
    expect((await local.limiter.tryAcquire(charge)).kind).toBe("delayed");
    await new Promise((resolve) => setTimeout(resolve, 55));
    const granted = (await Promise.all(Array.from({ length: 20 }, () => local.limiter.tryAcquire(charge)))).filter(
      ({ kind }) => kind === "allowed",
    ).length;
    expect(granted).toBeGreaterThan(0);
    expect(granted).toBeLessThan(15);

    const open = limiterAt({ url, onStoreError: "open" });
    for (let n = 0; n < 50; n += 1) expect((await open.limiter.tryAcquire(charge)).kind).toBe("allowed");

    const closed = limiterAt({ url, onStoreError: "closed" });
    await expect(closed.limiter.tryAcquire(charge)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    await expect(closed.limiter.acquire(charge)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  });

  it.each(["taken from", "only looked at"])(
    "a bucket %s starts empty in every outage, however long the one before is over",
    async (how) => {
      const redis = await server();
      const { limiter, store } = limiterAt({ url: redis.url, commandTimeoutMs: 100 });
      await connected({ limiter, store });
      const slow = { bucket: "slow", limit: tokenBucket({ refillRate: 10, burst: 3 }) };
      for (let outage = 0; outage < 2; outage += 1) {
        await limiter.peek(charge);
        // A busy machine may have made an outage of its own.
        await expect.poll(() => store.mode, { timeout: 10_000 }).toBe("shared");
        await redis.pause();
        expect((await limiter.peek(slow)).kind).toBe("delayed");
        if (how === "taken from") for (let n = 0; n < 2; n += 1) await limiter.tryAcquire(slow);
        else await limiter.peek(slow);
        await redis.resume();
        await expect.poll(() => store.mode, { timeout: 10_000 }).toBe("shared");
        // Long enough for the bucket of the outage to fill up meanwhile.
        await new Promise((resolve) => setTimeout(resolve, 400));
      }
    },
  );

  it("costs no timeout per call once it is known, and shared limits return by themselves", async () => {
    const redis = await server();
    const { limiter, store, events } = limiterAt({ url: redis.url, onStoreError: "open" });
    await limiter.tryAcquire(charge);
    expect(store.mode).toBe("shared");
    await redis.pause();
    for (let n = 0; n < 2; n += 1) await limiter.tryAcquire(charge);
    using stalls = watchStalls();
    const startedMs = performance.now();
    const before = process.cpuUsage();
    for (let n = 0; n < 1000; n += 1) await limiter.tryAcquire(charge);
    expect(performance.now() - startedMs - stalls.totalMs).toBeLessThan(500);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(500);
    await redis.resume();
    await expect.poll(() => store.mode, { timeout: 10_000 }).toBe("shared");
    expect(events.map(({ type }) => type)).toEqual(["store-down", "store-up"]);
  });

  it("a command that timed out has no effect when a frozen Redis thaws", async () => {
    const redis = await server();
    const { limiter } = limiterAt({ url: redis.url, onStoreError: "closed", commandTimeoutMs: 150 });
    const { limiter: other } = limiterAt({ url: redis.url, commandTimeoutMs: PATIENT_MS });
    const ask = (own: typeof charge): Promise<string> => limiter.tryAcquire(own).then(({ kind }) => kind, String);
    await expect.poll(() => ask(charge), { timeout: 10_000 }).toBe("allowed");
    const slow = { bucket: "late", limit: tokenBucket({ refillRate: 0.001, burst: 10 }) };
    expect(await other.tryAcquire(slow)).toMatchObject({ remaining: 9 });
    await redis.pause();
    await Promise.all([ask(slow), ask(slow), ask(slow)]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await redis.resume();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await other.peek(slow)).toMatchObject({ remaining: 9 });
  });

  it("a late answer costs the others nothing: who only looked, or got nothing, leaves the bucket as it was", async () => {
    const redis = await server();
    const { limiter, store } = limiterAt({ url: redis.url, commandTimeoutMs: 150 });
    const { limiter: other } = limiterAt({ url: redis.url, commandTimeoutMs: PATIENT_MS });
    await connected({ limiter, store });
    const slow = { bucket: "late", limit: tokenBucket({ refillRate: 0.001, burst: 10 }) };
    expect(await other.tryAcquire(slow)).toMatchObject({ remaining: 9 });
    await redis.pause();
    await limiter.peek(slow);
    expect(await limiter.tryAcquire(slow)).toMatchObject({ kind: "delayed" });
    await redis.resume();
    await expect.poll(() => store.mode, { timeout: 10_000 }).toBe("shared");
    // On the connection on which it would have said that the bucket is empty.
    await limiter.tryAcquire(charge);
    expect(await other.peek(slow)).toMatchObject({ remaining: 9 });
  });
});

/** Keeps this process from doing anything else. */
function standStill(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

describe("a process that stands still", () => {
  const slow = { bucket: "slow", limit: tokenBucket({ refillRate: 0.001, burst: 10 }) };

  // The client gives a connection a second to be made.
  it.each([600, 1300])("for %i ms while it connects has not lost its store", async (stallMs) => {
    const redis = await server();
    const { limiter, events } = limiterAt({ url: redis.url, onStoreError: "closed", commandTimeoutMs: 400 });
    const first = limiter.tryAcquire(slow);
    // Its deadline begins with the next turn.
    await new Promise((resolve) => setImmediate(resolve));
    standStill(stallMs);
    expect(await first).toMatchObject({ kind: "allowed", remaining: 9 });
    expect(events).toEqual([]);
  });

  it("for longer than a silent connection is kept has its answer all the same, and its connection", async () => {
    const redis = await server();
    const { limiter, events } = limiterAt({ url: redis.url, onStoreError: "closed", commandTimeoutMs: 400 });
    const watcher = new Redis(redis.url);
    closers.push(async () => watcher.disconnect());
    await expect.poll(() => limiter.peek(slow).then(({ kind }) => kind, String), { timeout: 10_000 }).toBe("allowed");
    const connections = async (): Promise<string> =>
      (/total_connections_received:(\d+)/.exec(await watcher.info("stats")) ?? [])[1] ?? "";
    const before = await connections();
    events.length = 0;
    for (const remaining of [9, 8]) {
      const asked = limiter.tryAcquire(slow);
      // The question leaves in the next turn.
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      standStill(1300);
      expect(await asked).toMatchObject({ kind: "allowed", remaining });
    }
    expect(events).toEqual([]);
    expect(await connections()).toBe(before);
  });
});

describe("on a Redis that others use too", () => {
  it("a key of another type is replaced as new", async () => {
    const redis = await server();
    const client = new Redis(redis.url);
    closers.push(async () => client.disconnect());
    const window = { bucket: "w", limit: slidingWindow({ limit: 2, windowMs: 60_000 }) };
    await client.lpush("sluice:{test:acme}:t:b", "not ours");
    await client.lpush("sluice:{test:acme}:w:w", "not ours");
    const { limiter } = limiterAt({ url: redis.url, onStoreError: "closed", commandTimeoutMs: PATIENT_MS });
    expect(await limiter.tryAcquire([charge, window])).toMatchObject({ kind: "allowed", remaining: 1 });
    expect(await limiter.tryAcquire(window)).toMatchObject({ kind: "allowed", remaining: 0 });
  });

  it("state of a newer version is neither understood nor overwritten", async () => {
    const redis = await server();
    const client = new Redis(redis.url);
    closers.push(async () => client.disconnect());
    await client.set("sluice:{test:acme}:t:b", "2|5|5|0|", "EX", 60);
    const { limiter } = limiterAt({ url: redis.url, onStoreError: "closed", commandTimeoutMs: PATIENT_MS });
    await expect(limiter.tryAcquire(charge)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(await client.get("sluice:{test:acme}:t:b")).toBe("2|5|5|0|");
  });

  it("a flushed script cache costs one more round trip and nothing else", async () => {
    const redis = await server();
    const client = new Redis(redis.url);
    closers.push(async () => client.disconnect());
    const { limiter } = limiterAt({ client, onStoreError: "closed", commandTimeoutMs: PATIENT_MS });
    for (let n = 0; n < 5; n += 1) {
      expect((await limiter.tryAcquire(charge)).kind).toBe("allowed");
      await client.script("FLUSH");
    }
  });

  it("one hash tag an account, every key expires, and idle buckets vanish", async () => {
    const redis = await server();
    const client = new Redis(redis.url);
    closers.push(async () => client.disconnect());
    const { limiter } = limiterAt({ client, onStoreError: "closed", commandTimeoutMs: PATIENT_MS });
    const token = { bucket: "b", limit: tokenBucket({ refillRate: 0.1, burst: 10 }) };
    await limiter.tryAcquire([token, { bucket: "w}{", limit: slidingWindow({ limit: 5, windowMs: 60_000 }) }]);
    const ours = async (): Promise<string[]> =>
      (await client.keys("*")).filter((key) => !key.includes("presence")).toSorted();
    const keys = await ours();
    expect(keys).toHaveLength(2);
    for (const key of keys) {
      expect(key).toMatch(/^sluice:\{test:acme\}:[tw]:[\w%]+$/);
      expect(await client.pttl(key)).toBeGreaterThan(0);
    }
    await limiter.tryAcquire([
      { bucket: "quick", limit: tokenBucket({ refillRate: 10, burst: 10 }) },
      { bucket: "short", limit: slidingWindow({ limit: 5, windowMs: 100 }) },
    ]);
    await expect.poll(ours, { timeout: 10_000 }).toEqual(keys);
  });

  it("a client that the user owns is left open", async () => {
    const redis = await server();
    const client = new Redis(redis.url);
    closers.push(async () => client.disconnect());
    const store = redisStore({ client });
    const limiter = createLimiter({ store });
    await limiter.acquire(charge);
    await limiter.close();
    await store.close();
    expect(await client.ping()).toBe("PONG");
    await expect(
      store.take({ scope: "s", charges: [], count: 1, ahead: 0, group: 1, withinMs: 0, id: "x", peek: true }),
    ).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  });

  it("counts the processes that share it", async () => {
    const redis = await server();
    const stores = [1, 2, 3].map(() => limiterAt({ url: redis.url, commandTimeoutMs: PATIENT_MS }));
    for (const { limiter } of stores) await limiter.tryAcquire(charge);
    await expect.poll(() => stores.at(-1)?.store.peers, { timeout: 10_000 }).toBe(3);
  });

  it("a wrong password is a store fault whose message says so and shows no password", async () => {
    const redis = await startRedisServer({ password: "right-one" });
    closers.push(() => redis.stop());
    const port = new URL(redis.url).port;
    const url = `redis://:wrong-one@127.0.0.1:${port}`;
    const { limiter, events } = limiterAt({ url, onStoreError: "closed", commandTimeoutMs: PATIENT_MS });
    const error = await limiter.tryAcquire(charge).catch((caught: unknown) => caught);
    await limiter.tryAcquire(charge).catch(() => {});
    expect(error).toMatchObject({ code: "STORE_UNAVAILABLE" });
    await limiter.tryAcquire(charge).catch(() => {});
    expect(events[0]?.message).toContain("the user or password is missing or wrong");
    expect(JSON.stringify(events) + String((error as Error).stack)).not.toMatch(/wrong-one|right-one/);
  });
});
