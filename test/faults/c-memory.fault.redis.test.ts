import { concurrency, tokenBucket } from "@sluice/limiter";
import { redisLock } from "@sluice/limiter-redis";
import { say, startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { expect } from "vitest";
import { figureOf, member, ms, PATIENT_MS, slow } from "./c-support.js";
import { fault } from "./fault.js";

const places = { bucket: "places", limit: concurrency({ max: 3, leaseMs: 60_000 }) };
const tokens = { bucket: "tokens", limit: tokenBucket({ refillRate: 1e-3, burst: 10 }) };

fault(
  {
    id: "C1",
    fault: "memory full, no eviction",
    expected: "fallback; releases, unlocking and giving back still work; back alone",
  },
  async () => {
    await using server = await startRedisServer();
    const where = { url: server.url, commandTimeoutMs: PATIENT_MS };
    await using one = member({ ...where, onStoreError: "local" });
    await using lock = redisLock(where);
    const held = await Promise.all([1, 2, 3].map(() => one.limiter.acquire([places, tokens], { timeoutMs: 10_000 })));
    const alone = await one.limiter.acquire({ ...tokens, bucket: "alone" });
    const handle = await lock.acquire("job");
    await say(server, "CONFIG", "SET", "maxmemory", "1");
    for (let n = 0; n < 20; n += 1) await one.limiter.tryAcquire({ bucket: "other", limit: slow });
    expect(one.store.mode).toBe("local");
    expect(one.events).toMatchObject([{ type: "store-down", reason: expect.stringContaining("OOM") }]);
    await expect(one.limiter.tryAcquire(places)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });

    await held[0]?.giveBack();
    await held[1]?.release();
    await held[2]?.release();
    await alone.giveBack();
    expect(await handle.release()).toBe(true);
    expect(await say(server, "EXISTS", "sluice:{lock:job}:held")).toContain("0");
    await say(server, "CONFIG", "SET", "maxmemory", "0");
    const startedMs = performance.now();
    await expect.poll(() => one.store.mode, { interval: 5, timeout: 10_000 }).toBe("shared");
    const backMs = performance.now() - startedMs;
    await using other = member(where);
    const free = (await other.limiter.peek(places)) as { readonly remaining: number };
    expect(free.remaining).toBe(3);
    expect(await other.limiter.peek(tokens)).toMatchObject({ remaining: 8 });
    expect(await other.limiter.peek({ ...tokens, bucket: "alone" })).toMatchObject({ remaining: 10 });
    expect(one.events.map(({ type }) => type)).toEqual(["store-down", "store-up"]);
    return `${3 - free.remaining} of 3 releases failed; 1 event; shared again after ${ms(backMs)}`;
  },
);

/** Lets a server evict, and fills it until the key is gone; then takes the filler away again. */
async function evict(
  server: { readonly port: number; readonly url: string },
  redis: Redis,
  policy: string,
  key: string,
): Promise<void> {
  await redis.config("SET", "maxmemory-policy", policy);
  const used = Number(/^used_memory:(\d+)/m.exec(await redis.info("memory"))?.[1]);
  await redis.config("SET", "maxmemory", String(used + 1_000_000));
  const value = "x".repeat(2000);
  for (let batch = 0; (await redis.exists(key)) === 1; batch += 1) {
    if (batch > 200) throw new Error(`${policy} did not evict ${key} at ${server.port}`);
    const writes = Array.from({ length: 100 }, (_, index) => redis.set(`filler:${batch}:${index}`, value));
    await Promise.allSettled(writes);
  }
  await redis.config("SET", "maxmemory", "0");
}

const evictions = [
  { id: "C2", policy: "allkeys-lru" },
  { id: "C3", policy: "volatile-ttl" },
] as const;

for (const { id, policy } of evictions) {
  fault(
    {
      id,
      fault: `eviction (${policy}) of a bucket in use`,
      expected:
        "said at start-up, once; who used the bucket knows of it: nothing more is admitted, to a newcomer a burst at most",
    },
    async () => {
      await using server = await startRedisServer({ args: ["--maxmemory-policy", policy] });
      await using one = member({ url: server.url, commandTimeoutMs: PATIENT_MS });
      const charge = { bucket: "b", limit: slow };
      let admitted = 0;
      const ask = async (who = one): Promise<void> => {
        for (let n = 0; n < 60; n += 1) if ((await who.limiter.tryAcquire(charge)).kind === "allowed") admitted += 1;
      };
      await ask();
      expect(admitted).toBe(50);
      expect(one.events).toEqual([
        { type: "store-warning", message: expect.stringContaining(`maxmemory-policy ${policy}`) },
      ]);

      const redis = new Redis(server.url);
      await redis.set("kept", "without an expiry");
      await evict(server, redis, policy, "sluice:{test:acme}:t:b");
      const evicted = await figureOf(server, "evicted_keys");
      await ask();
      const known = admitted / 50;
      // Evicted once more, and who asks next has never seen the bucket.
      await redis.del("sluice:{test:acme}:t:b");
      await using two = member({ url: server.url, commandTimeoutMs: PATIENT_MS + 1 });
      await ask(two);
      const kept = await redis.exists("kept");
      redis.disconnect();
      expect(known).toBe(1);
      expect(admitted).toBeLessThanOrEqual(100);
      if (policy === "volatile-ttl") expect(kept).toBe(1);
      return `${evicted} evicted; admitted ÷ bound ${known.toFixed(2)} for who knew, ${(admitted / 50).toFixed(2)} with a newcomer; keys without expiry ${kept === 1 ? "kept" : "evicted"}; 1 warning`;
    },
  );
}
