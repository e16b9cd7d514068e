import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { createLimiter } from "../limiter/create-limiter.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { memoryStore } from "../memory/memory-store.js";

const charge = { bucket: "b", limit: tokenBucket({ refillRate: 10, burst: 1 }) };

describe("priorities", () => {
  it("starve nobody: behind an endless row of higher ones, the longest waiter still gets every eighth token", async () => {
    const clock = createFakeClock();
    const limiter = createLimiter({ store: memoryStore({ clock }), clock });
    const patient = { timeoutMs: Number.POSITIVE_INFINITY };
    await limiter.tryAcquire(charge);
    const low: number[] = [];
    for (let n = 0; n < 5; n += 1) void limiter.acquire(charge, patient).then(() => low.push(clock.now()));
    let high = 0;
    const again = (): void =>
      void limiter.acquire(charge, { ...patient, priority: 9 }).then(
        () => ((high += 1), again()),
        () => {},
      );
    for (let n = 0; n < 6; n += 1) again();
    await clock.advance(6000);
    expect(low).toHaveLength(5);
    for (const [index, atMs] of low.entries()) expect(atMs).toBeLessThanOrEqual((index + 1) * 800 + 300);
    expect(high).toBeGreaterThanOrEqual(60 - 5 - 2);
    await limiter.close();
  });

  it("refuse a low one early only for those who surely go before it", async () => {
    const clock = createFakeClock();
    const limiter = createLimiter({ store: memoryStore({ clock }), clock });
    await limiter.tryAcquire(charge);
    const settled: string[] = [];
    const join = (label: string, priority: number, timeoutMs: number): void =>
      void limiter.acquire(charge, { priority, timeoutMs }).then(
        () => settled.push(`${label} granted`),
        () => settled.push(`${label} refused`),
      );
    join("old and low", 0, 1000);
    await clock.advance(10);
    for (let n = 0; n < 20; n += 1) join("high", 1, 60_000);
    await clock.advance(5000);
    expect(settled).toContain("old and low granted");
    await limiter.close();
  });
});
