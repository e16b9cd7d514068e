import { createFakeClock } from "@sluice/core/testing";
import fc from "fast-check";
import { expect, it } from "vitest";
import { createLimiter } from "../limiter/create-limiter.js";
import type { Limiter } from "../limiter/limiter.js";
import type { Charge } from "../limits/charge.js";
import { concurrency } from "../limits/concurrency.js";
import { leakyBucket } from "../limits/leaky-bucket.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { fixedWindow, slidingWindow, slidingWindowCounter } from "../limits/windows.js";
import { memoryStore } from "../memory/memory-store.js";

const limits = [
  tokenBucket({ refillRate: 7, burst: 5 }),
  leakyBucket({ rate: 12 }),
  slidingWindow({ limit: 4, windowMs: 300 }),
  fixedWindow({ limit: 3, windowMs: 250 }),
  slidingWindowCounter({ limit: 5, windowMs: 400 }),
  concurrency({ max: 2, leaseMs: 500 }),
];
const step = fc.record({
  buckets: fc.uniqueArray(fc.nat(limits.length - 1), { minLength: 1, maxLength: 3 }),
  cost: fc.nat(3),
  thenMs: fc.integer({ min: 0, max: 200 }),
  how: fc.constantFrom("now", "wait", "pause", "lower", "refused", "reserve", "release"),
  looks: fc.nat(2),
});

it("a look changes no later answer, and shows a wait exactly where nothing is left", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40, size: "max" }), async (steps) => {
      const clock = createFakeClock();
      const [watched, alone] = [memoryStore({ clock }), memoryStore({ clock })].map((store) =>
        createLimiter({ store, clock }),
      ) as [Limiter, Limiter];
      const answers = new Map<Limiter, unknown[]>([
        [watched, []],
        [alone, []],
      ]);
      for (const { buckets, cost, thenMs, how, looks } of steps) {
        const charges = buckets.map((index): Charge => ({ bucket: `b${index}`, limit: limits[index] as never, cost }));
        const ends = [watched, alone].map((limiter) => act(limiter, charges, how, answers.get(limiter) ?? []));
        for (let look = 0; look < looks; look += 1) {
          const sight = await watched.inspect(look === 0 ? undefined : charges);
          for (const { left, capacity, nextSlotMs } of sight.buckets) {
            expect(left).toBeLessThanOrEqual(capacity as number);
            expect(left === 0).toBe((nextSlotMs as number) > 0);
          }
        }
        await clock.advance(thenMs);
        void ends;
      }
      await clock.advance(60_000);
      expect(answers.get(watched)).toEqual(answers.get(alone));
    }),
    { numRuns: 120 },
  );
}, 60_000);

async function act(limiter: Limiter, charges: readonly Charge[], how: string, answers: unknown[]): Promise<void> {
  try {
    if (how === "now") answers.push(await limiter.tryAcquire(charges));
    if (how === "wait") answers.push(["waited", (await limiter.acquire(charges, { timeoutMs: 400 })).waitedMs]);
    if (how === "pause") await limiter.observe(charges, { retryAfterMs: 40 });
    if (how === "lower") await limiter.observe(charges, { remaining: 1 });
    if (how === "refused") await limiter.observe(charges, { retryAfterMs: 20, refused: true });
    if (how === "reserve") answers.push(["in", (await limiter.reserve(charges, { maxDelayMs: 300 })).delayMs]);
    if (how === "release") await (await limiter.acquire(charges, { timeoutMs: 0 })).release();
  } catch (error) {
    answers.push(String(error));
  }
}
