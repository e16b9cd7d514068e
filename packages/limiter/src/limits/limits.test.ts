import { describe, expect, it } from "vitest";
import { customLimit } from "../custom/custom-limit.js";
import { checkLimit } from "./check-limit.js";
import { concurrency } from "./concurrency.js";
import { leakyBucket } from "./leaky-bucket.js";
import { capacityOf, largestCostOf, type Limit, numbersOf, rateOf } from "./limit.js";
import { tokenBucket } from "./token-bucket.js";
import { fixedWindow, slidingWindow, slidingWindowCounter } from "./windows.js";

const thirtyYearsS = 30 * 365 * 86_400;
const month = 31 * 86_400_000;
const algorithm = () => ({ state: 0, allowed: true }) as never;
const bare = customLimit({ name: "bare", algorithm });
const told = customLimit({ name: "told", algorithm, rate: 3, capacity: 9 });

/** Each kind with what is to be known of it: its capacity, the largest cost, and the average rate. */
const kinds: readonly (readonly [Limit, number, number, number])[] = [
  [tokenBucket({ refillRate: 5, burst: 20 }), 20, 20, 5],
  [leakyBucket({ rate: 0.5 }), 1, thirtyYearsS / 2, 0.5],
  [leakyBucket({ rate: 1e6 }), 1, 2e9, 1e6],
  [slidingWindow({ limit: 30, windowMs: 60_000 }), 30, 30, 0.5],
  [fixedWindow({ limit: 30, windowMs: 60_000 }), 30, 30, 0.5],
  [slidingWindowCounter({ limit: 30, windowMs: 60_000 }), 30, 30, 0.5],
  [concurrency({ max: 4 }), 4, 4, Number.POSITIVE_INFINITY],
  [bare, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  [told, 9, 9, 3],
];

describe("a limit", () => {
  it.each(kinds)("%o says what it holds, what may be waited for, and its average rate", (limit, ...figures) => {
    expect([capacityOf(limit), largestCostOf(limit), rateOf(limit)]).toEqual(figures);
  });

  it.each(kinds)("%o is complete, is plain data and cannot change any more", (limit) => {
    expect(Object.isFrozen(limit)).toBe(true);
    expect(checkLimit(limit)).toEqual(limit);
  });

  it("has a text of its own for each kind and each number", () => {
    const others: readonly Limit[] = [
      tokenBucket({ refillRate: 6, burst: 20 }),
      tokenBucket({ refillRate: 5, burst: 21 }),
      slidingWindow({ limit: 31, windowMs: 60_000 }),
      slidingWindow({ limit: 30, windowMs: 60_001 }),
      concurrency({ max: 5 }),
      concurrency({ max: 4, leaseMs: 5 }),
    ];
    const texts = [...kinds.map(([limit]) => limit), ...others].map(numbersOf);
    expect(new Set(texts).size).toBe(texts.length);
    for (const [limit] of kinds) expect(numbersOf({ ...limit })).toBe(numbersOf(limit));
  });

  it("has defaults where they are safe", () => {
    expect(tokenBucket({ refillRate: 2.5 })).toEqual({ kind: "tokenBucket", refillRate: 2.5, burst: 3 });
    expect(concurrency({ max: 4 })).toEqual({ kind: "concurrency", max: 4, leaseMs: 30_000 });
  });
});

describe("the ends of the ranges", () => {
  it.each<readonly [string, (value: number) => Limit, least: number, most: number]>([
    ["refillRate", (refillRate) => tokenBucket({ refillRate, burst: 10 }), 1e-6, 1e9],
    ["burst", (burst) => tokenBucket({ refillRate: 1e9, burst }), 1, 2e9],
    ["burst", (burst) => tokenBucket({ refillRate: 1, burst }), 1, thirtyYearsS],
    ["rate", (rate) => leakyBucket({ rate }), 1e-6, 1e6],
    ["limit", (limit) => slidingWindow({ limit, windowMs: 1 }), 1, 100_000],
    ["windowMs", (windowMs) => slidingWindow({ limit: 1, windowMs }), 1, month],
    ["limit", (limit) => fixedWindow({ limit, windowMs: 1 }), 1, 2e9],
    ["windowMs", (windowMs) => fixedWindow({ limit: 1, windowMs }), 1, month],
    ["limit", (limit) => slidingWindowCounter({ limit, windowMs: 1 }), 1, 2e9],
    ["windowMs", (windowMs) => slidingWindowCounter({ limit: 1, windowMs }), 1, month],
    ["max", (max) => concurrency({ max }), 1, 100_000],
    ["leaseMs", (leaseMs) => concurrency({ max: 1, leaseMs }), 1, 86_400_000],
  ])("of %s are accepted by %o, and what is beyond them is not", (option, make, least, most) => {
    expect(() => [make(least), make(most)]).not.toThrow();
    for (const beyond of [least / 2, 0, -1, most * 1.001 + 1, Number.NaN, Infinity, `${most}`])
      expect(() => make(beyond as number), String(beyond)).toThrow(
        expect.objectContaining({ code: "CONFIG_INVALID", option }),
      );
  });
});

describe("a limit that comes from anywhere", () => {
  it("is completed, and refused where its numbers are out of range", () => {
    expect(checkLimit({ kind: "concurrency", max: 3 } as Limit)).toEqual(concurrency({ max: 3 }));
    expect(() => checkLimit({ kind: "fixedWindow", limit: 0, windowMs: 5 })).toThrow(
      expect.objectContaining({ option: "limit", value: 0 }),
    );
  });

  it.each([undefined, null, 7, "tokenBucket", {}, { kind: "toString" }, { kind: 5 }, { kind: "token-bucket" }])(
    "is none: %j",
    (limit) => {
      expect(() => checkLimit(limit as Limit)).toThrow(
        expect.objectContaining({
          option: "limit",
          message: expect.stringContaining("made by tokenBucket(), leakyBucket()"),
        }),
      );
    },
  );
});
