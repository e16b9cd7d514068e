import { createFakeClock } from "@sluice/core/testing";
import fc from "fast-check";
import { expect, it } from "vitest";
import { createLimiter } from "../limiter/create-limiter.js";
import type { Grant } from "../limiter/limiter.js";
import { concurrency } from "../limits/concurrency.js";
import { leakyBucket } from "../limits/leaky-bucket.js";
import type { Limit } from "../limits/limit.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { fixedWindow, slidingWindow, slidingWindowCounter } from "../limits/windows.js";
import { memoryStore } from "../memory/memory-store.js";

const limits: Record<string, Limit> = {
  narrow: tokenBucket({ refillRate: 5, burst: 2 }),
  wide: tokenBucket({ refillRate: 40, burst: 6 }),
  window: slidingWindow({ limit: 4, windowMs: 300 }),
  spaced: leakyBucket({ rate: 30 }),
  fixed: fixedWindow({ limit: 5, windowMs: 250 }),
  counter: slidingWindowCounter({ limit: 6, windowMs: 350 }),
  places: concurrency({ max: 3, leaseMs: 200 }),
};
const names = Object.keys(limits);

const step = fc.record({
  kind: fc.constantFrom(
    "acquire",
    "acquire",
    "tryAcquire",
    "reserve",
    "reserve and cancel",
    "acquire and give back",
    "acquire and abort",
    "pause",
  ),
  buckets: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }),
  cost: fc.integer({ min: 1, max: 2 }),
  process: fc.nat(1),
  thenMs: fc.integer({ min: 0, max: 120 }),
});

it("no window of any length ever holds more than the limit, whatever is asked, cancelled, given back or paused", async () => {
  let grants = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: "max" }), async (steps) => {
      const clock = createFakeClock();
      const store = memoryStore({ clock });
      // Two limiters over one store stand for two processes.
      const limiters = [createLimiter({ store, clock }), createLimiter({ store, clock })] as const;
      const used: Record<string, { atMs: number; cost: number }[]> = Object.fromEntries(
        names.map((name) => [name, []]),
      );
      const use = (buckets: readonly string[], cost: number, atMs: number): void => {
        for (const name of buckets) used[name]?.push({ atMs, cost });
        grants += 1;
      };
      const running: Promise<unknown>[] = [];
      for (const { kind, buckets, cost, process, thenMs } of steps) {
        const limiter = limiters[process as 0 | 1];
        const charges = buckets.map((bucket) => ({ bucket, limit: limits[bucket] as Limit, cost }));
        if (kind === "tryAcquire") {
          if ((await limiter.tryAcquire(charges)).kind === "allowed") use(buckets, cost, clock.now());
        } else if (kind === "reserve" || kind === "reserve and cancel") {
          // A place that somebody holds cannot be booked: nobody knows when it comes back.
          const reserved = await limiter.reserve(charges).catch((error: unknown) => {
            if (!buckets.includes("places")) throw error;
            expect(error).toMatchObject({ code: "LIMIT_EXCEEDED" });
          });
          if (reserved === undefined) continue;
          const { delayMs, cancel } = reserved;
          if (kind === "reserve") use(buckets, cost, clock.now() + delayMs);
          else await cancel();
        } else if (kind === "pause") {
          await limiter.observe(charges, { retryAfterMs: thenMs });
        } else {
          const controller = new AbortController();
          const waiting = limiter.acquire(charges, { timeoutMs: 5000, signal: controller.signal }).then(
            (grant: Grant) => (kind === "acquire and give back" ? grant.giveBack() : use(buckets, cost, clock.now())),
            () => {},
          );
          running.push(waiting);
          if (kind === "acquire and abort") clock.setTimer(() => controller.abort(new Error("gone")), thenMs / 2);
        }
        await clock.advance(thenMs);
      }
      await clock.runUntil(() => false);
      await Promise.all(running);
      for (const name of names) expectNeverOver(limits[name] as Limit, used[name] ?? []);
    }),
    { numRuns: 60 },
  );
  console.log(`${grants} grants checked in every window`);
});

/** The most tokens that a stretch of this length may hold, its first and last grant included. */
function mostIn(limit: Limit, lengthMs: number, lastCost: number): number {
  switch (limit.kind) {
    case "tokenBucket":
      return limit.burst + (limit.refillRate * lengthMs) / 1000;
    case "leakyBucket":
      return lastCost + (limit.rate * lengthMs) / 1000;
    case "slidingWindow":
      return lengthMs < limit.windowMs ? limit.limit : Number.POSITIVE_INFINITY;
    case "concurrency":
      return lengthMs < limit.leaseMs ? limit.max : Number.POSITIVE_INFINITY;
    // The end of one window and the beginning of the next; or what two counts cannot tell.
    case "fixedWindow":
    case "slidingWindowCounter":
      return lengthMs < limit.windowMs ? 2 * limit.limit : Number.POSITIVE_INFINITY;
    case "custom":
      return Number.POSITIVE_INFINITY;
  }
}

function expectNeverOver(limit: Limit, used: { atMs: number; cost: number }[]): void {
  const inOrder = used.toSorted((a, b) => a.atMs - b.atMs);
  for (let first = 0; first < inOrder.length; first += 1) {
    const fromMs = (inOrder[first] as { atMs: number }).atMs;
    let tokens = 0;
    for (let last = first; last < inOrder.length; last += 1) {
      const { atMs, cost } = inOrder[last] as { atMs: number; cost: number };
      // Sums of milliseconds may miss by a last bit.
      const most = mostIn(limit, atMs - fromMs + 1e-6, cost);
      if (most === Number.POSITIVE_INFINITY) break;
      tokens += cost;
      expect(tokens, `tokens of a ${limit.kind} within ${atMs - fromMs} ms from ${fromMs}`).toBeLessThanOrEqual(
        most + 1e-6,
      );
    }
  }
}
