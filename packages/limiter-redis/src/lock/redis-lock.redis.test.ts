import type { Lock } from "@sluice/limiter";
import { lockContract } from "@sluice/limiter/testing";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { redisLock } from "./redis-lock.js";

let server: RedisServer;
let count = 0;

beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());

// A busy machine is no outage.
const patient = { commandTimeoutMs: 5000 };
const openAgain = (): Lock => redisLock({ url: server.url, prefix: `test${count}`, ...patient });

lockContract("the Redis lock", {
  open: () => {
    count += 1;
    return openAgain();
  },
  openAgain,
});

describe("a lock in Redis", () => {
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });
  const lockOf = (options: Partial<Parameters<typeof redisLock>[0]> = {}): Lock => {
    const lock = redisLock({ url: server.url, prefix: "own", ...patient, ...options });
    closers.push(() => lock.close());
    return lock;
  };
  const client = (): Redis => {
    const redis = new Redis(server.url);
    closers.push(() => redis.disconnect());
    return redis;
  };

  it("loses no update of four clients that read, think and write", async () => {
    const redis = client();
    const addOne = async (key: string): Promise<void> => {
      const before = Number(await redis.get(key));
      await new Promise((resolve) => setImmediate(resolve));
      await redis.set(key, before + 1);
    };
    const rounds = Array.from({ length: 125 });
    const locks = [1, 2, 3, 4].map(() => lockOf());
    await Promise.all(
      locks.map(async () => {
        for (const _ of rounds) await addOne("without");
      }),
    );
    const startedMs = performance.now();
    const waits: number[] = [];
    await Promise.all(
      locks.map(async (lock) => {
        for (const _ of rounds) {
          const sinceMs = performance.now();
          await lock.run("counter", { timeoutMs: 20_000 }, () => {
            waits.push(performance.now() - sinceMs);
            return addOne("with");
          });
        }
      }),
    );
    const tookMs = performance.now() - startedMs;
    const [without, withLock] = [Number(await redis.get("without")), Number(await redis.get("with"))];
    const inOrder = waits.toSorted((a, b) => a - b);
    console.log(
      `500 rounds: ${500 - without} updates lost without the lock, ${500 - withLock} with it; ${(tookMs / 500).toFixed(1)} ms a round, ` +
        `wait p50 ${inOrder[250]?.toFixed(0)} ms, longest ${inOrder[499]?.toFixed(0)} ms`,
    );
    expect(withLock).toBe(500);
    expect(without).toBeLessThan(500);
    // No client is left behind by one that takes the lock again and again.
    expect(inOrder[499]).toBeLessThan(5000);
  }, 60_000);

  it("keeps everything of a name in one slot, and nothing without an end", async () => {
    const [lock, redis] = [lockOf({ prefix: "slots" }), client()];
    const name = "a{b}:c";
    const held = await lock.acquire(name);
    // What is wanted stays so for three times the pause between two attempts.
    await lockOf({ prefix: "slots", pollMs: 5000 })
      .acquire(name, { timeoutMs: 100 })
      .catch(() => {});
    const keys = ["fence", "held", "wanted"].map((part) => `slots:{lock:a%007bb%007d%003ac}:${part}`);
    await expect.poll(async () => (await redis.keys("slots:*")).toSorted(), { timeout: 10_000 }).toEqual(keys);
    for (const key of keys) expect(await redis.pttl(key)).toBeGreaterThan(0);
    expect(await redis.pttl(keys[0] as string)).toBeGreaterThan(29 * 86_400_000);
    await held.release();
    expect(await redis.exists(keys[1] as string)).toBe(0);
  });

  it("goes on numbering upwards after Redis has lost everything", async () => {
    const [lock, redis] = [lockOf(), client()];
    const before = await lock.acquire("numbers");
    await redis.flushall();
    expect(await before.release()).toBe(false);
    const after = await lock.acquire("numbers");
    expect(after.fence).toBeGreaterThan(before.fence);
    await after.release();
    // And when the server's clock stands still behind the last number.
    const ahead = 8e15;
    await redis.set("own:{lock:numbers}:fence", String(ahead));
    expect((await lock.acquire("numbers")).fence).toBe(ahead + 1);
  });

  it("says that a lock was lost when Redis was emptied under it", async () => {
    const [lock, redis] = [lockOf(), client()];
    const work = lock.run("emptied", { leaseMs: 300 }, async ({ signal }) => {
      await redis.flushall();
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
      signal.throwIfAborted();
    });
    await expect(work).rejects.toMatchObject({ code: "LOCK_LOST" });
  });

  it("works on after its scripts were flushed, also in the middle of holding", async () => {
    const [lock, redis] = [lockOf(), client()];
    for (const step of ["extend", "release"] as const) {
      await redis.script("FLUSH");
      const held = await lock.acquire("flushed");
      await redis.script("FLUSH");
      if (step === "extend") await held.extend();
      expect(await held.release()).toBe(true);
    }
  });

  it("takes the place of keys that can be no locks, of another type or without an end, and cuts those that end too late", async () => {
    const [lock, redis] = [lockOf(), client()];
    await redis.lpush("own:{lock:strange}:held", "a list");
    await redis.set("own:{lock:endless}:held", "for ever");
    await redis.set("own:{lock:late}:held", "a day", "EX", 86_400);
    await redis.lpush("own:{lock:late}:fence", "a list");
    // To the lease of whoever asks: a short one here, and a long one for what is then had, which no stall outlasts.
    const soon = lock.acquire("late", { timeoutMs: 0, leaseMs: 200 });
    await expect(soon).rejects.toMatchObject({ code: "LOCK_UNAVAILABLE" });
    expect(await redis.pttl("own:{lock:late}:held")).toBeLessThanOrEqual(200);
    for (const name of ["strange", "endless", "late"]) {
      const held = await lock.acquire(name);
      expect(await held.release()).toBe(true);
    }
  });

  it("leaves a client that was given to it open", async () => {
    const redis = client();
    const lock = redisLock({ client: redis, ...patient });
    await (await lock.acquire("given")).release();
    await lock.close();
    expect(await redis.ping()).toBe("PONG");
  });

  it("refuses options out of range without showing a password", () => {
    for (const pollMs of [0, -1, 1.5, Number.NaN, 1e5])
      expect(() => redisLock({ url: server.url, pollMs })).toThrow(expect.objectContaining({ option: "pollMs" }));
    expect(() => redisLock({})).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    expect(() => redisLock({ url: "redis://:hunter2@" })).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", message: expect.not.stringContaining("hunter2") as string }),
    );
  });
});
