import {
  createLimiter,
  fixedWindow,
  leakyBucket,
  type Limit,
  slidingWindow,
  slidingWindowCounter,
  tokenBucket,
} from "@sluice/limiter";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { redisStore } from "./redis-store.js";

let server: RedisServer;
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());

const WINDOW_MS = 600;
/** Each with the time after which one more is free. Unit: milliseconds. */
const limits: readonly { readonly limit: Limit; readonly freeMs: number }[] = [
  { limit: tokenBucket({ refillRate: 2000 / WINDOW_MS, burst: 2 }), freeMs: WINDOW_MS / 2 },
  { limit: leakyBucket({ rate: 1000 / WINDOW_MS }), freeMs: WINDOW_MS },
  { limit: slidingWindow({ limit: 2, windowMs: WINDOW_MS }), freeMs: WINDOW_MS },
  { limit: fixedWindow({ limit: 2, windowMs: WINDOW_MS }), freeMs: WINDOW_MS },
  { limit: slidingWindowCounter({ limit: 2, windowMs: WINDOW_MS / 2 }), freeMs: WINDOW_MS * 0.75 },
];

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(limits)("a $limit.kind that is used up", ({ limit, freeMs }) => {
  // The other is in use for long, and so is what this process knows of both.
  const charges = [
    { bucket: "own", limit },
    { bucket: "day", limit: tokenBucket({ refillRate: 0.001, burst: 100 }) },
  ];
  const usedUp = async (account: string) => {
    const store = redisStore({ url: server.url });
    const limiter = createLimiter({ store, provider: limit.kind, account });
    onTestFinished(async () => {
      await limiter.close();
      await store.close();
    });
    while ((await limiter.tryAcquire(charges)).kind === "allowed");
    return limiter;
  };

  it("is open again when its time is over, though it was asked about a moment before", async () => {
    const limiter = await usedUp("over");
    await later(WINDOW_MS * 0.75);
    await limiter.tryAcquire(charges.map((charge) => ({ ...charge, cost: 2 })));
    await later(WINDOW_MS * 0.25 + 100);
    expect(await limiter.tryAcquire(charges)).toMatchObject({ kind: "allowed" });
  });

  it("stays so where the store loses it, for as long as it would have and no longer", async () => {
    const limiter = await usedUp("lost");
    const usedUpMs = performance.now();
    await later(freeMs * 0.6);
    await limiter.tryAcquire(charges.map((charge) => ({ ...charge, cost: 2 })));
    const redis = new Redis(server.url);
    onTestFinished(() => redis.disconnect());
    await redis.flushall();
    expect((await limiter.tryAcquire(charges)).kind).not.toBe("allowed");
    while ((await limiter.tryAcquire(charges)).kind !== "allowed") await later(5);
    const heldMs = performance.now() - usedUpMs;
    console.log(`${limit.kind}: lost, and open again after ${heldMs.toFixed(0)} ms`);
    expect(heldMs).toBeGreaterThan(freeMs - 100);
    expect(heldMs).toBeLessThan(freeMs + 250);
  });
});
