import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { createLimiter } from "../limiter/create-limiter.js";
import { concurrency } from "../limits/concurrency.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { slidingWindow } from "../limits/windows.js";
import { memoryStore } from "../memory/memory-store.js";

const hour = { bucket: "hour", limit: tokenBucket({ refillRate: 0.001, burst: 1 }) };
const minute = { bucket: "minute", limit: slidingWindow({ limit: 100, windowMs: 60_000 }) };
const place = { bucket: "in flight", limit: concurrency({ max: 2, leaseMs: 10_000 }) };

function setup() {
  const clock = createFakeClock();
  let asked = 0;
  const store = memoryStore({ clock });
  const counting = {
    ...store,
    take: (request: Parameters<typeof store.take>[0]) => ((asked += 1), store.take(request)),
  };
  return { clock, limiter: createLimiter({ store: counting, clock }), asked: () => asked };
}

describe("a call that takes tokens and a place", () => {
  it("is refused at once when its tokens cannot be there in time, with the time to come back", async () => {
    const { clock, limiter } = setup();
    const first = await limiter.acquire([hour, minute, place]);
    await first.release();
    const refused = await limiter
      .acquire([hour, minute, place], { timeoutMs: 30_000 })
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "LIMIT_EXCEEDED", bucket: "hour", retryAfterMs: 1_000_000 });
    expect(clock.now()).toBe(0);
  });

  it("waits for the tokens without asking again and again", async () => {
    const { clock, limiter, asked } = setup();
    await (await limiter.acquire([hour, place])).release();
    const waiting = limiter.acquire([hour, place], { timeoutMs: 2_000_000 });
    await clock.advance(999_999);
    expect(asked()).toBeLessThanOrEqual(3);
    await clock.advance(1);
    expect((await waiting).waitedMs).toBe(1_000_000);
  });

  it("is not refused for want of a place, which may come back at any time", async () => {
    const { clock, limiter } = setup();
    const held = [await limiter.acquire([minute, place]), await limiter.acquire([minute, place])];
    const waiting = limiter.acquire([minute, place], { timeoutMs: 5000 });
    await clock.advance(3000);
    await held[0]?.release();
    await clock.advance(1);
    expect((await waiting).waitedMs).toBeLessThanOrEqual(3001);
  });
});
