import { describe, expect, it } from "vitest";
import { concurrency } from "../limits/concurrency.js";
import { leakyBucket } from "../limits/leaky-bucket.js";
import type { Limit } from "../limits/limit.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { fixedWindow, slidingWindow, slidingWindowCounter } from "../limits/windows.js";
import type { StoreCharge } from "../store/store.js";
import { aheadAmong, fairCount, leastWaitMs, paceOf, roundMs } from "./pace.js";

const charge = (limit: Limit, cost = 1, bucket = "b"): StoreCharge => ({ bucket, limit, cost });
const rate = (refillRate: number, burst = 10): Limit => tokenBucket({ refillRate, burst });
const places = concurrency({ max: 2, leaseMs: 1000 });

describe("how a lane asks", () => {
  it("books one unit ahead, due soon, where a unit lasts longer than 80 ms", () => {
    expect(paceOf([charge(rate(12.4))])).toEqual({ ahead: 1, group: 1, slow: true });
    expect(paceOf([charge(rate(12.5))])).toEqual({ ahead: 1, group: 1, slow: false });
    expect(paceOf([charge(rate(100), 10)])).toEqual({ ahead: 1, group: 1, slow: true });
  });

  it("books 80 ms of the slowest bucket ahead", () => {
    expect(paceOf([charge(rate(50))])).toEqual({ ahead: 4, group: 1, slow: false });
    expect(paceOf([charge(rate(1000)), charge(rate(50))])).toEqual({ ahead: 4, group: 1, slow: false });
    expect(paceOf([charge(rate(100), 2)])).toEqual({ ahead: 4, group: 1, slow: false });
  });

  it("lets units share an instant where they would be more than sixteen", () => {
    expect(paceOf([charge(rate(200))])).toEqual({ ahead: 16, group: 1, slow: false });
    expect(paceOf([charge(rate(212.5))])).toEqual({ ahead: 9, group: 2, slow: false });
    expect(paceOf([charge(rate(10_000))])).toEqual({ ahead: 16, group: 50, slow: false });
  });

  it("books evenly spaced units one by one, 64 of them at the most", () => {
    expect(paceOf([charge(leakyBucket({ rate: 400 }))])).toEqual({ ahead: 32, group: 1, slow: false });
    expect(paceOf([charge(rate(100_000)), charge(leakyBucket({ rate: 10_000 }))])).toEqual({
      ahead: 64,
      group: 1,
      slow: false,
    });
  });

  it("books no place ahead, but places along with tokens", () => {
    expect(paceOf([charge(places)])).toEqual({ ahead: 0, group: 1, slow: true });
    expect(paceOf([charge(places), charge(rate(50))])).toMatchObject({ group: 1 });
    expect(paceOf([charge(places), charge(rate(50))]).ahead).toBeGreaterThan(0);
  });
});

describe("the part of one among many", () => {
  const pace = { ahead: 16, group: 2, slow: false };

  it("is a whole chunk ahead for up to eight processes, and less for more, but always one", () => {
    expect([1, 8, 9, 16, 64, 1000].map((peers) => aheadAmong(pace, peers))).toEqual([16, 16, 14, 8, 2, 1]);
    expect(aheadAmong({ ...pace, ahead: 0 }, 1000)).toBe(0);
  });

  it("is as much as wanted for who is alone", () => {
    expect(fairCount([charge(rate(10))], pace, 3, () => 1)).toBe(Number.POSITIVE_INFINITY);
  });

  it("is a part of the fullest bucket for who is not, and no less than a chunk", () => {
    expect(fairCount([charge(rate(10, 100))], pace, 3, () => 4)).toBe(25);
    expect(fairCount([charge(rate(10, 100), 2)], pace, 3, () => 4)).toBe(13);
    expect(fairCount([charge(rate(10, 10))], pace, 3, () => 4)).toBe(6);
    expect(fairCount([charge(rate(10, 10))], pace, 0, () => 40)).toBe(1);
  });

  it("is that of the bucket with the least for each", () => {
    const charges = [
      charge(rate(10, 100), 1, "wide"),
      charge(rate(10, 40), 1, "narrow"),
      charge(rate(10, 1), 1, "own"),
    ];
    expect(fairCount(charges, pace, 0, (bucket) => (bucket === "own" ? 1 : 2))).toBe(20);
  });

  it("comes round as often as the slowest bucket serves all who share it", () => {
    const charges = [charge(rate(10), 2, "slow"), charge(rate(1000), 1, "fast")];
    expect(roundMs(charges, () => 3)).toBe(600);
    expect(roundMs(charges, (bucket) => (bucket === "fast" ? 1000 : 1))).toBe(1000);
    expect(roundMs([], () => 3)).toBe(0);
  });
});

describe("the least wait behind others", () => {
  it.each<[string, Limit, number]>([
    ["a token bucket, for each token drips", rate(5), 1400],
    ["a leaky bucket, for each has its space", leakyBucket({ rate: 5 }), 1400],
    ["a sliding window, which may free all at once", slidingWindow({ limit: 3, windowMs: 1000 }), 2000],
    ["a fixed window", fixedWindow({ limit: 3, windowMs: 1000 }), 2000],
    [
      "a window by two counts, which may let twice as many through",
      slidingWindowCounter({ limit: 3, windowMs: 1000 }),
      1000,
    ],
    ["places, for any may be released at once", places, 0],
  ])("is that of %s", (_, limit, waitMs) => {
    expect(leastWaitMs([charge(limit)], 7)).toBeCloseTo(waitMs, 9);
    expect(leastWaitMs([charge(limit)], 0)).toBe(0);
  });

  it("counts what each of them costs, and is that of the slowest bucket", () => {
    expect(leastWaitMs([charge(rate(5), 3)], 7)).toBeCloseTo(4200, 9);
    expect(leastWaitMs([charge(rate(50)), charge(rate(5)), charge(rate(500))], 7)).toBeCloseTo(1400, 9);
    expect(leastWaitMs([], 7)).toBe(0);
  });
});
