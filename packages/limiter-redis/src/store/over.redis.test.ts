import {
  createLimiter,
  type Decision,
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
/** When it was granted, by the store's clock. Unit: milliseconds. */
const instantOf = (answer: Decision | undefined): number =>
  answer?.kind === "allowed" ? (answer.grant?.atUs ?? Number.NaN) / 1000 : Number.NaN;

describe.each(limits)("a $limit.kind that is used up", ({ limit, freeMs }) => {
  // The other is in use for long, and so is what this process knows of both.
  const charges = [
    { bucket: "own", limit },
    { bucket: "day", limit: tokenBucket({ refillRate: 0.001, burst: 100 }) },
  ];
  // A look is told as much as a question, and takes nothing where a stall of the machine has made it free by then.
  const dear = charges.map((charge) => ({ ...charge, cost: 2 }));
  const usedUp = async (account: string) => {
    const store = redisStore({ url: server.url, commandTimeoutMs: 5000 });
    const limiter = createLimiter({ store, provider: limit.kind, account });
    onTestFinished(async () => {
      await limiter.close();
      await store.close();
    });
    // Of one turn, so that all is taken at one instant.
    const answers = await Promise.all([1, 2, 3].map(() => limiter.tryAcquire(charges)));
    expect(answers[2]?.kind).toBe("delayed");
    return { limiter, atMs: instantOf(answers[0]) };
  };

  it("is open again when its time is over, though it was asked about a moment before", async () => {
    const { limiter } = await usedUp("over");
    await later(WINDOW_MS * 0.75);
    await limiter.peek(dear);
    await later(WINDOW_MS * 0.25 + 100);
    expect(await limiter.tryAcquire(charges)).toMatchObject({ kind: "allowed" });
  });

  it("stays so where the store loses it, for as long as it would have and no longer", async () => {
    const { limiter, atMs } = await usedUp("lost");
    const usedUpMs = performance.now();
    await later(freeMs * 0.6);
    await limiter.peek(dear);
    const redis = new Redis(server.url);
    onTestFinished(() => redis.disconnect());
    await redis.flushall();
    let refusedMs = usedUpMs;
    let sentMs = performance.now();
    let answer = await limiter.tryAcquire(charges);
    while (answer.kind !== "allowed") {
      refusedMs = sentMs;
      await later(5);
      sentMs = performance.now();
      answer = await limiter.tryAcquire(charges);
    }
    const heldMs = instantOf(answer) - atMs;
    console.log(`${limit.kind}: lost, and open again after ${heldMs.toFixed(0)} ms`);
    // By the store's clock, and by when the last question was put that was refused: in between the machine may stand still.
    expect(heldMs).toBeGreaterThan(freeMs - 20);
    expect(refusedMs - usedUpMs).toBeLessThan(freeMs + 250);
  });
});
