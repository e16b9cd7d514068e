import { describe, expect, it } from "vitest";
import { concurrency } from "../limits/concurrency.js";
import { leakyBucket } from "../limits/leaky-bucket.js";
import type { Limit } from "../limits/limit.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { fixedWindow, slidingWindow, slidingWindowCounter } from "../limits/windows.js";
import { scaleLimit } from "./scale-limit.js";

const whole = { burst: 0, elastic: false };
const bucket = tokenBucket({ refillRate: 10, burst: 40 });

describe("a limit at another rate", () => {
  it.each<[string, Limit, Limit]>([
    ["a token bucket", bucket, tokenBucket({ refillRate: 5, burst: 20 })],
    ["even spacing", leakyBucket({ rate: 8 }), leakyBucket({ rate: 4 })],
    ["a sliding window", slidingWindow({ limit: 40, windowMs: 1000 }), slidingWindow({ limit: 20, windowMs: 1000 })],
    ["a fixed window", fixedWindow({ limit: 40, windowMs: 1000 }), fixedWindow({ limit: 20, windowMs: 1000 })],
    [
      "two counts",
      slidingWindowCounter({ limit: 40, windowMs: 1000 }),
      slidingWindowCounter({ limit: 20, windowMs: 1000 }),
    ],
  ])("is %s of half the size at half the rate", (_, limit, half) => {
    expect(scaleLimit(limit, 0.5, 1, whole)).toEqual(half);
  });

  it("is the very limit at the whole rate", () => {
    expect(scaleLimit(bucket, 1, 1, whole)).toBe(bucket);
  });

  it("is the very limit where places are counted, or the limit is the user's own", () => {
    const places = concurrency({ max: 4 });
    const own: Limit = { kind: "custom", name: "own" } as never;
    expect([scaleLimit(places, 0.5, 1, whole), scaleLimit(own, 0.5, 1, whole)]).toEqual([places, own]);
  });

  it("is the same object for the same numbers, so that stores know it again", () => {
    const once = scaleLimit(bucket, 0.5, 1, whole);
    expect(scaleLimit(tokenBucket({ refillRate: 10, burst: 40 }), 0.5, 1, whole)).toBe(once);
    expect(scaleLimit(bucket, 0.25, 1, whole)).not.toBe(once);
    expect(Object.isFrozen(once)).toBe(true);
  });

  it("remembers a thousand of them, and forgets all for the next", () => {
    const once = scaleLimit(bucket, 0.123, 1, whole);
    for (let more = 1; more <= 2000; more += 1) scaleLimit(leakyBucket({ rate: more }), 0.5, 1, whole);
    const again = scaleLimit(bucket, 0.123, 1, whole);
    expect(again).toEqual(once);
    expect(again).not.toBe(once);
    const last = scaleLimit(leakyBucket({ rate: 2000 }), 0.5, 1, whole);
    expect(scaleLimit(leakyBucket({ rate: 2000 }), 0.5, 1, whole)).toBe(last);
  });

  it.each([
    ["rounds down", 0.49, 1, whole, 19],
    ["is never smaller than 1", 0.001, 1, whole, 1],
    ["is never smaller than the cost", 0.001, 7, whole, 7],
    ["grows with a bonus", 1.2, 1, whole, 48],
    ["shrinks the burst with the rest", 0.5, 1, { burst: 11, elastic: false }, 20],
    ["has no elastic burst below the whole rate", 0.5, 1, { burst: 10, elastic: true }, 15],
    ["keeps an elastic burst as it is with a bonus", 1.2, 1, { burst: 10, elastic: true }, 46],
    ["takes no more for the burst than there is", 0.5, 1, { burst: 100, elastic: true }, 1],
    ["keeps an elastic burst that is all, whatever the bonus", 1.5, 1, { burst: 100, elastic: true }, 40],
  ])("%s: 40 at a rate of %d for a cost of %d", (_, rate, cost, how, size) => {
    expect(scaleLimit(bucket, rate, cost, how)).toMatchObject({ refillRate: 10 * rate, burst: size });
    expect(scaleLimit(fixedWindow({ limit: 40, windowMs: 500 }), rate, cost, how)).toMatchObject({ limit: size });
  });
});
