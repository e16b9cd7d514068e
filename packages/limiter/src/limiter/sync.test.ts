import { createFakeClock } from "@sluice/core/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Charge } from "../limits/charge.js";
import { concurrency } from "../limits/concurrency.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { slidingWindow } from "../limits/windows.js";
import { memoryStore } from "../memory/memory-store.js";
import { createLimiter } from "./create-limiter.js";

const limits = [
  tokenBucket({ refillRate: 7, burst: 5 }),
  tokenBucket({ refillRate: 1000 / 3, burst: 9 }),
  slidingWindow({ limit: 4, windowMs: 300 }),
];
const step = fc.record({
  buckets: fc.uniqueArray(fc.nat(2), { minLength: 1, maxLength: 2 }),
  cost: fc.nat(6),
  thenMs: fc.integer({ min: 0, max: 200 }),
  other: fc.constantFrom("none", "pause", "reserve", "lower", "peek"),
});

describe("an answer without a promise", () => {
  it("is the one that tryAcquire gives, whatever happened before", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: "max" }), async (steps) => {
        const clock = createFakeClock();
        const [quick, slow] = [memoryStore({ clock }), memoryStore({ clock })].map((store) =>
          createLimiter({ store, clock }),
        ) as [ReturnType<typeof createLimiter>, ReturnType<typeof createLimiter>];
        for (const { buckets, cost, thenMs, other } of steps) {
          const charges: Charge[] = buckets.map((index) => ({
            bucket: `b${index}`,
            limit: limits[index] as Charge["limit"],
            cost,
          }));
          const asked = charges.length === 1 ? (charges[0] as Charge) : charges;
          expect(quick.tryAcquireSync(asked)).toEqual(await slow.tryAcquire(asked));
          for (const limiter of [quick, slow]) {
            if (other === "pause") await limiter.observe(asked, { retryAfterMs: 30 });
            if (other === "lower") await limiter.observe(asked, { remaining: 1 });
            if (other === "peek") await limiter.peek(asked);
            if (other === "reserve" && cost < 4) await limiter.reserve(asked);
          }
          await clock.advance(thenMs);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("goes behind those who wait", async () => {
    const clock = createFakeClock();
    const limiter = createLimiter({ store: memoryStore({ clock }), clock });
    const charge = { bucket: "b", limit: tokenBucket({ refillRate: 10, burst: 1 }) };
    expect(limiter.tryAcquireSync(charge).kind).toBe("allowed");
    const waiting = limiter.acquire(charge);
    await clock.advance(100);
    await waiting;
    const next = limiter.acquire(charge);
    await clock.advance(50);
    expect(limiter.tryAcquireSync(charge)).toMatchObject({ kind: "delayed" });
    await clock.advance(50);
    await next;
  });

  it("names what is wrong, as the other one does", () => {
    const limiter = createLimiter({ store: memoryStore() });
    const limit = tokenBucket({ refillRate: 1, burst: 2 });
    for (const [charge, option] of [
      [{ bucket: "", limit }, "bucket"],
      [{ bucket: "b", limit, cost: Number.NaN }, "cost"],
      [{ bucket: "b", limit, cost: 0.5 }, "cost"],
      [{ bucket: "b", limit: { kind: "tokenBucket", refillRate: -1, burst: 1 } }, "refillRate"],
      [{ bucket: "b", limit: undefined }, "limit"],
    ] as const) {
      expect(() => limiter.tryAcquireSync(charge as unknown as Charge)).toThrow(expect.objectContaining({ option }));
    }
    expect(limiter.tryAcquireSync({ bucket: "b", limit, cost: 3 })).toMatchObject({ kind: "impossible", burst: 2 });
  });

  it("hands out places too, with a grant to release them", async () => {
    const limiter = createLimiter({ store: memoryStore() });
    const charge = { bucket: "places", limit: concurrency({ max: 1, leaseMs: 10_000 }) };
    const first = limiter.tryAcquireSync(charge);
    expect(limiter.tryAcquireSync(charge).kind).toBe("delayed");
    if (first.kind === "allowed") await first.grant?.release();
    expect(limiter.tryAcquireSync(charge).kind).toBe("allowed");
  });

  it("costs no more memory than a number where a bucket is only a level, and none when it is idle", async () => {
    const clock = createFakeClock();
    const store = memoryStore({ clock });
    const limiter = createLimiter({ store, clock });
    const limit = tokenBucket({ refillRate: 100, burst: 10 });
    for (let n = 0; n < 50_000; n += 1) limiter.tryAcquireSync({ bucket: `user ${n}`, limit });
    expect(store.size).toBe(50_000);
    await clock.advance(10);
    expect(store.size).toBe(0);
  });
});
