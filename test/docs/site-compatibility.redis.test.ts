import {
  concurrency,
  createLimiter,
  fixedWindow,
  type Limit,
  slidingWindow,
  slidingWindowCounter,
  tokenBucket,
} from "@sluice/limiter";
import { redisStore } from "@sluice/limiter-redis";
import { startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { expect, it, onTestFinished } from "vitest";

const limits: Readonly<Record<string, Limit>> = {
  "token bucket": tokenBucket({ refillRate: 0.1, burst: 10 }),
  "fixed window": fixedWindow({ limit: 10, windowMs: 60_000 }),
  "two counts": slidingWindowCounter({ limit: 10, windowMs: 60_000 }),
  "exact window": slidingWindow({ limit: 10, windowMs: 60_000 }),
  places: concurrency({ max: 10, leaseMs: 60_000 }),
};

it("every bucket in Redis carries its version and expires, and a version that is not known is refused and left as it is", async () => {
  await using server = await startRedisServer();
  const redis = new Redis(server.url);
  const store = redisStore({ url: server.url, onStoreError: "open", commandTimeoutMs: 5000 });
  const limiter = createLimiter({ store, provider: "test", account: "acme" });
  onTestFinished(async () => {
    await limiter.close();
    await store.close();
    redis.disconnect();
  });
  for (const [name, limit] of Object.entries(limits)) {
    const charge = { bucket: name.replace(" ", "-"), limit };
    expect((await limiter.tryAcquire(charge)).kind, name).toBe("allowed");
    const [key = ""] = await redis.keys(`sluice:{test:acme}:*:${charge.bucket}`);
    expect(await redis.pttl(key), name).toBeGreaterThan(0);
    const isSet = (await redis.type(key)) === "zset";
    if (isSet) {
      const score = await redis.zscore(key, "v1");
      expect(score, name).not.toBeNull();
      await redis.multi().zrem(key, "v1").zadd(key, String(score), "v2").exec();
    } else {
      const text = await redis.get(key);
      expect(text, name).toMatch(/^1\|/);
      await redis.set(key, `2${text?.slice(1)}`, "KEEPTTL");
    }
    const before = isSet ? await redis.zrange(key, "0", "-1") : await redis.get(key);
    // Redis is there, so the rule for outages does not come in.
    await expect(limiter.tryAcquire(charge), name).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(isSet ? await redis.zrange(key, "0", "-1") : await redis.get(key), name).toEqual(before);
  }
});
