import { createLimiter, type Decision, leakyBucket, memoryStore, tokenBucket } from "@sluice/limiter";
import { createFakeClock } from "@sluice/core/testing";
import { startRedisServer } from "@sluice/test/redis-server";
import fc from "fast-check";
import { Redis } from "ioredis";
import { expect } from "vitest";
import { member, outcomeOf, QUICK_RUNS } from "./f-support.js";
import { fault } from "./fault.js";

const YEARS_30_S = 30 * 365 * 86_400;

/** Numbers that a token bucket takes, its ends more often than what lies between. */
const numbers = fc
  .record({
    refillRate: fc.oneof(
      fc.constantFrom(1e-6, 1e-5, 1e-3, 0.1, 1 / 3, 1, 3, 7, 1e3, 999_983, 1e6, 1e9),
      fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
    ),
    burst: fc.oneof(fc.constantFrom(1, 2, 1000, 1_999_999_999, 2_000_000_000), fc.integer({ min: 1, max: 2e9 })),
  })
  .filter(({ refillRate, burst }) => burst / refillRate <= YEARS_30_S);

/** Millionths that drip in within so many microseconds, by whole-number arithmetic on the very double that the rate is. */
function drip(rate: number, elapsedUs: bigint): bigint {
  const [fraction, exponent] = partsOf(rate);
  const product = fraction * elapsedUs;
  return exponent >= 0n ? product << exponent : product >> -exponent;
}

/** A double as fraction * 2 ** exponent. */
function partsOf(value: number): readonly [fraction: bigint, exponent: bigint] {
  let exponent = 0n;
  let fraction = value;
  while (!Number.isSafeInteger(fraction)) {
    fraction *= 2;
    exponent -= 1n;
  }
  return [BigInt(fraction), exponent];
}

fault(
  {
    id: "F4",
    fault: "refill rates from 1e-6 to 1e9 and bursts up to 2e9",
    expected: "whole tokens as exact arithmetic has them, never one more; outside the range the limit is refused",
  },
  async () => {
    let steps = 0;
    let less = 0;
    await fc.assert(
      fc.asyncProperty(
        numbers,
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 4_000_000 })), {
          minLength: 1,
          maxLength: 12,
        }),
        async (limit, moves) => {
          const clock = createFakeClock();
          const limiter = createLimiter({ store: memoryStore({ clock }), clock });
          const cap = BigInt(limit.burst) * 1_000_000n;
          const charge = { bucket: "b", limit: tokenBucket(limit) };
          let level = cap;
          let atMs = clock.now();
          for (const [part, restMs] of moves) {
            await clock.advance(restMs);
            const elapsedUs = BigInt(Math.round((clock.now() - atMs) * 1000));
            const grown = level + drip(limit.refillRate, elapsedUs);
            const exact = grown < cap ? grown : cap;
            const cost = Math.max(1, Math.floor(part * limit.burst));
            const decision = await limiter.tryAcquire({ ...charge, cost });
            const could = exact >= BigInt(cost) * 1_000_000n;
            steps += 1;
            // A product of doubles is rounded: what lies within that of a whole token may be said a moment late, not early.
            const near = exact / 1_000_000_000_000n + 1n;
            if (decision.kind === "allowed") expect(exact + near >= BigInt(cost) * 1_000_000n).toBe(true);
            else {
              expect(!could || exact - BigInt(cost) * 1_000_000n <= near).toBe(true);
              if (could) less += 1;
            }
            if (decision.kind !== "allowed") continue;
            const left = (exact - BigInt(cost) * 1_000_000n) / 1_000_000n;
            expect(Math.abs(Number(left) - decision.remaining)).toBeLessThanOrEqual(1);
            level = exact - BigInt(cost) * 1_000_000n;
            atMs = clock.now();
          }
          await limiter.close();
        },
      ),
      { numRuns: QUICK_RUNS },
    );
    for (const [option, wrong] of [
      ["refillRate", { refillRate: 9e-7, burst: 1 }],
      ["refillRate", { refillRate: 1e-9, burst: 1 }],
      ["refillRate", { refillRate: 1e9 + 1, burst: 1 }],
      ["burst", { refillRate: 1e9, burst: 2e9 + 1 }],
      ["burst", { refillRate: 1e9, burst: Number.MAX_SAFE_INTEGER }],
      ["burst", { refillRate: 1e-6, burst: 1000 }],
    ] as const)
      expect(() => tokenBucket(wrong)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID", option }));
    return `${steps} steps against whole-number arithmetic: 0 early, ${less} late by less than a billionth; 6 limits out of range refused`;
  },
);

fault(
  {
    id: "F4",
    fault: "the same numbers in Redis, where Lua prints 14 digits",
    expected: "levels and instants are stored and told to the last digit",
  },
  async () => {
    await using server = await startRedisServer();
    await using process = member(server);
    const redis = new Redis(server.port);
    const limiter = process.limiter();
    let count = 0;
    let digits = 0;
    await fc.assert(
      fc.asyncProperty(numbers, fc.double({ min: 0, max: 1, noNaN: true }), async (given, part) => {
        const limit = tokenBucket({
          ...given,
          refillRate: Math.min(given.refillRate, 1e-3),
          burst: Math.min(given.burst, 900_000),
        });
        // Without a drop within the test, so that the level is known to the last millionth.
        const wide = tokenBucket({ refillRate: 2.2, burst: given.burst });
        const cost = Math.max(1, Math.floor(part * limit.burst));
        count += 1;
        const bucket = `b${count}`;
        const decision = await limiter.tryAcquire({ bucket, limit, cost });
        expect(decision).toMatchObject({ kind: "allowed", remaining: limit.burst - cost });
        const [, born, step, level, at] = String(await redis.get(`${process.prefix}:{test:acme}:t:${bucket}`)).split(
          "|",
        );
        expect([step, level]).toEqual(["1", String(BigInt(limit.burst - cost) * 1_000_000n)]);
        expect(born).toMatch(/^\d{16}$/);
        expect(at).toBe(born);
        // 2e9 tokens are 2e15 millionths.
        const large = await limiter.tryAcquire({ bucket: `${bucket}w`, limit: wide, cost: 1 });
        expect(large).toMatchObject({ kind: "allowed", remaining: given.burst - 1 });
        const stored = String(await redis.get(`${process.prefix}:{test:acme}:t:${bucket}w`)).split("|")[3] ?? "";
        expect(stored).toBe(String(BigInt(given.burst - 1) * 1_000_000n));
        digits = Math.max(digits, stored.length);
      }),
      { numRuns: QUICK_RUNS, examples: [[{ refillRate: 1e9, burst: 2e9 }, 0.5]] },
    );
    redis.disconnect();
    return `${2 * count} buckets, levels of up to ${digits} digits: difference 0`;
  },
);

fault(
  {
    id: "F4",
    fault: "slots booked centuries ahead",
    expected: "each later than the one before, none at once",
  },
  async () => {
    await using server = await startRedisServer();
    await using process = member(server);
    const limit = leakyBucket({ rate: 1e-6 });
    const cost = 946;
    for (const limiter of [process.limiter(), createLimiter({ store: memoryStore() })]) {
      let last = -1;
      for (let slot = 0; slot < 15; slot += 1) {
        const { delayMs } = await limiter.reserve({ bucket: "b", limit, cost }, { maxDelayMs: Number.MAX_VALUE });
        expect(Math.abs(delayMs / (slot * 946e9 || 1) - 1)).toBeLessThan(slot === 0 ? 2 : 1e-6);
        expect(delayMs).toBeGreaterThan(last);
        last = delayMs;
      }
      await limiter.close();
    }
    return "15 slots of 30 years each, in memory and in Redis: in order";
  },
);

fault(
  {
    id: "F5",
    fault: "waits that are no whole milliseconds",
    expected: "the fraction arrives, rounded up to a microsecond",
  },
  async () => {
    await using server = await startRedisServer();
    await using process = member(server);
    const limiter = process.limiter();
    let fractions = 0;
    let worstUs = 0;
    const rates = [3, 7, 11, 13, 1 / 3, 0.7];
    for (const [index, rate] of rates.entries()) {
      const charge = { bucket: `b${index}`, limit: tokenBucket({ refillRate: rate, burst: 1 }) };
      const sinceMs = performance.now();
      const taken = await limiter.tryAcquire(charge);
      const exactMs = Math.ceil(1e6 / rate) / 1000;
      expect((taken as Extract<Decision, { kind: "allowed" }>).resetAfterMs).toBe(exactMs);
      const next = await limiter.tryAcquire(charge);
      const tookMs = performance.now() - sinceMs;
      if (next.kind !== "delayed") continue;
      expect(next.retryAfterMs).toBeLessThanOrEqual(exactMs);
      expect(next.retryAfterMs).toBeGreaterThanOrEqual(exactMs - tookMs);
      worstUs = Math.max(worstUs, Math.abs(next.retryAfterMs * 1000 - Math.round(next.retryAfterMs * 1000)));
      if (!Number.isInteger(next.retryAfterMs)) fractions += 1;
    }
    // The only whole ones are those that happen to be.
    expect(fractions).toBeGreaterThan(3);
    // A bound for reservations is taken with its fraction, too.
    const bound = { bucket: "bound", limit: leakyBucket({ rate: 1000 / 1.5 }) };
    await limiter.tryAcquire({ ...bound, cost: 400_000 });
    expect(await outcomeOf(() => limiter.reserve(bound, { maxDelayMs: 0.5 }))).toMatchObject({
      error: { code: "LIMIT_EXCEEDED" },
    });
    return `${rates.length} rates: reset exact to the microsecond, ${fractions} waits with a fraction`;
  },
);
