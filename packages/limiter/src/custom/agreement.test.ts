import { createFakeClock } from "@sluice/core/testing";
import fc from "fast-check";
import { expect, it } from "vitest";
import { tokenBucket } from "../limits/token-bucket.js";
import { memoryLock } from "../lock/memory-lock.js";
import { memoryStore } from "../memory/memory-store.js";
import { customLimit, type CustomResult } from "./custom-limit.js";
import { memoryStates } from "./memory-states.js";
import { withCustomLimits } from "./with-custom-limits.js";

const step = fc.record({
  waitMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3000 }), fc.double({ min: 0, max: 500, noNaN: true })),
  cost: fc.integer({ min: 1, max: 4 }),
  count: fc.integer({ min: 1, max: 5 }),
  peek: fc.boolean(),
});

it("a token bucket written as a custom algorithm decides as the built-in one does", async () => {
  const rates = fc.oneof(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0.1, max: 50, noNaN: true }));
  let questions = 0;
  await fc.assert(
    fc.asyncProperty(
      rates,
      fc.integer({ min: 4, max: 30 }),
      fc.array(step, { minLength: 3, maxLength: 25 }),
      async (refillRate, burst, steps) => {
        const clock = createFakeClock();
        const builtIn = memoryStore({ clock });
        const custom = withCustomLimits(memoryStore({ clock }), {
          lock: memoryLock({ clock }),
          states: memoryStates({ clock }),
          clock,
        });
        const limits = [
          tokenBucket({ refillRate, burst }),
          customLimit({ name: "bucket", algorithm: bucketRule(refillRate, burst), rate: refillRate, capacity: burst }),
        ] as const;
        for (const [n, { waitMs, cost, count, peek }] of steps.entries()) {
          // The built-in one counts whole microseconds.
          await clock.advance(Math.round(waitMs * 1000) / 1000);
          const how = { scope: "s", count, ahead: 0, group: 1, withinMs: 0, id: String(n), peek };
          const [one, other] = [
            await builtIn.take({ ...how, charges: [{ bucket: "b", limit: limits[0], cost }] }),
            await custom.take({ ...how, charges: [{ bucket: "b", limit: limits[1], cost }] }),
          ];
          questions += 1;
          const seen = ({ nowUs, slots, nextUs }: typeof one) => ({ nowUs, slots, nextUs });
          expect(seen(other)).toEqual(seen(one));
          if (one.slots.length > 0 && !peek) expect(other.remaining).toBe(one.remaining);
        }
      },
    ),
    { numRuns: 400 },
  );
  console.log(`${questions} questions answered alike`);
});

const MICRO = 1e6;

/** A token bucket that counts in millionths of a token and microseconds, as the built-in one does. */
function bucketRule(refillRate: number, burst: number) {
  const full = burst * MICRO;
  const levelAt = ({ level, atUs }: { level: number; atUs: number }, us: number): number =>
    Math.min(full, level + Math.floor((us - atUs) * refillRate));
  return (
    state: { level: number; atUs: number } | undefined,
    nowMs: number,
    cost: number,
  ): CustomResult<{ level: number; atUs: number }> => {
    const nowUs = Math.round(nowMs * 1000);
    const before = state ?? { level: full, atUs: nowUs };
    const left = levelAt(before, nowUs) - cost * MICRO;
    if (left >= 0) {
      return { state: { level: left, atUs: nowUs }, decision: { allowed: true, remaining: Math.floor(left / MICRO) } };
    }
    let thenUs = before.atUs + Math.ceil((cost * MICRO - before.level) / refillRate);
    while (levelAt(before, thenUs) < cost * MICRO) thenUs += 1;
    return { state: before, decision: { kind: "delayed", retryAfterMs: (thenUs - nowUs) / 1000 } };
  };
}
