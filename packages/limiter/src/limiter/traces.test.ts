import { createFakeClock } from "@sluice/core/testing";
import fc from "fast-check";
import { expect, it } from "vitest";
import { tokenBucket } from "../limits/token-bucket.js";
import { slidingWindow } from "../limits/windows.js";
import { memoryStore } from "../memory/memory-store.js";
import { createLimiter } from "./create-limiter.js";

const charges = (cost: number, both: boolean) => {
  const bucket = { bucket: "b", limit: tokenBucket({ refillRate: 7, burst: 5 }), cost };
  return both ? [bucket, { bucket: "w", limit: slidingWindow({ limit: 6, windowMs: 400 }), cost }] : [bucket];
};
const step = fc.record({
  cost: fc.integer({ min: 1, max: 3 }),
  both: fc.boolean(),
  thenMs: fc.integer({ min: 0, max: 150 }),
  extra: fc.boolean(),
});

const laws = {
  "peek changes nothing": async (limiter: ReturnType<typeof createLimiter>, cost: number, both: boolean) =>
    void (await limiter.peek(charges(cost, both))),
  "a cancelled reservation leaves no trace": async (
    limiter: ReturnType<typeof createLimiter>,
    cost: number,
    both: boolean,
  ) => {
    const { cancel } = await limiter.reserve(charges(cost, both));
    await cancel();
  },
};

for (const [law, extra] of Object.entries(laws)) {
  it(`${law}: a limiter where it happened answers like its twin where it did not`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const clock = createFakeClock();
        const [one, twin] = [
          createLimiter({ store: memoryStore({ clock }), clock }),
          createLimiter({ store: memoryStore({ clock }), clock }),
        ];
        for (const { cost, both, thenMs, extra: now } of steps) {
          if (now) await extra(one, cost, both);
          expect(await one.tryAcquire(charges(cost, both))).toEqual(await twin.tryAcquire(charges(cost, both)));
          await clock.advance(thenMs);
        }
      }),
      { numRuns: 100 },
    );
  });
}

it("a reservation cancelled later, but before its time, leaves no trace either", async () => {
  const clock = createFakeClock();
  const [one, twin] = [
    createLimiter({ store: memoryStore({ clock }), clock }),
    createLimiter({ store: memoryStore({ clock }), clock }),
  ];
  for (const limiter of [one, twin]) await limiter.tryAcquire(charges(5, false));
  const first = await one.reserve(charges(3, false));
  const second = await one.reserve(charges(2, false));
  expect(second.delayMs).toBeGreaterThan(first.delayMs);
  await clock.advance(100);
  await second.cancel();
  await clock.advance(100);
  await first.cancel();
  for (let n = 0; n < 10; n += 1) {
    expect(await one.tryAcquire(charges(1, true))).toEqual(await twin.tryAcquire(charges(1, true)));
    await clock.advance(90);
  }
});
