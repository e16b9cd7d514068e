import { describe, expect, it } from "vitest";
import { concurrency } from "../limits/concurrency.js";
import type { Limit } from "../limits/limit.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { slidingWindow } from "../limits/windows.js";
import { memoryStore } from "../memory/memory-store.js";
import type { Store } from "../store/store.js";
import { horizonMs, reachableInMs } from "./horizon.js";
import { LaneTiming, MOST_UNITS } from "./timing.js";

/** Timing over a store that is so far away and so many share. */
function timing(limits: readonly Limit[], { sharers = 1, ...more }: Partial<Store> & { sharers?: number } = {}) {
  const store: Store = { ...memoryStore(), latencyMs: 2, ...more };
  const charges = limits.map((limit, index) => ({ bucket: `b${index}`, limit, cost: 1 }));
  return new LaneTiming(charges, { store, sharers: () => sharers });
}

const slow = tokenBucket({ refillRate: 1, burst: 10 });
const fast = tokenBucket({ refillRate: 1000, burst: 1000 });
const places = concurrency({ max: 2, leaseMs: 60_000 });

describe("how far ahead a slow lane books", () => {
  it("is 100 ms and as long as it has waited, up to a second", () => {
    expect([-50, 0, 1, 500, 900, 5000].map((waitedMs) => horizonMs(waitedMs, 0))).toEqual([
      100, 100, 101, 600, 1000, 1000,
    ]);
  });

  it("is up to a round of all who share the bucket, where that takes longer", () => {
    expect(horizonMs(5000, 3000)).toBe(3000);
    expect(horizonMs(2000, 3000)).toBe(2100);
  });

  it("tells when a slot comes within reach: soon before it, or when patience reaches as far", () => {
    expect(reachableInMs(600, 0, 0)).toBe(500);
    expect(reachableInMs(600, 200, 0)).toBe(300);
    expect(reachableInMs(600, 700, 0)).toBe(0);
    expect(reachableInMs(50, 0, 0)).toBe(0);
    expect(reachableInMs(600, -100, 0)).toBe(500);
  });

  it("never reaches a slot that is farther than the farthest", () => {
    expect(reachableInMs(5000, 60_000, 0)).toBe(4000);
    expect(reachableInMs(5000, 60_000, 3000)).toBe(2000);
  });
});

describe("the timing of a lane", () => {
  it("is slow where little is booked ahead", () => {
    expect([timing([slow]).slow, timing([fast]).slow, timing([fast, slow]).slow]).toEqual([true, false, true]);
  });

  it("asks as much earlier as the store is away, 25 ms at the most", () => {
    expect(timing([slow]).leadMs).toBe(2);
    expect(timing([slow], { latencyMs: 300 }).leadMs).toBe(25);
  });

  it("asks for what is wanted, for a fair part where others want the same, and never for too much at once", () => {
    expect(timing([fast]).portion(7)).toEqual({ count: 7, ahead: 16, group: 5 });
    expect(timing([fast]).portion(1e6)).toEqual({ count: MOST_UNITS, ahead: 16, group: 5 });
    expect(timing([fast], { sharers: 5 }).portion(1e6)).toEqual({ count: 200, ahead: 16, group: 5 });
    expect(timing([fast], { peers: 16 }).portion(7)).toEqual({ count: 7, ahead: 8, group: 5 });
  });

  it("books as far ahead as patience reaches, but in a slow lane only what is due soon", () => {
    expect(timing([fast]).reachMs(0, 9000)).toBe(9000);
    expect(timing([slow]).reachMs(0, 9000)).toBe(102);
    expect(timing([slow]).reachMs(0, 50)).toBe(50);
    expect(timing([slow]).reachMs(60_000, 9000)).toBe(1002);
    expect(timing([slow], { sharers: 4 }).reachMs(60_000, 9000)).toBe(4002);
  });

  it("books no further in a window than requests in flight can move", () => {
    const window = (windowMs: number): Limit => slidingWindow({ limit: 100_000, windowMs });
    expect(timing([window(10_000)]).reachMs(0, 60_000)).toBe(8000);
    expect(timing([window(1000)]).reachMs(0, 60_000)).toBe(0);
    expect(timing([fast, window(10_000), window(12_000)]).reachMs(0, 60_000)).toBe(8000);
  });

  it("foresees tokens, and no places", () => {
    const both = timing([slow, places]);
    expect([both.foreseeable(0), both.foreseeable(1)]).toEqual([true, false]);
  });

  it("asks again when a token is due, or in a slow lane when it comes within reach", () => {
    expect(timing([fast]).hopedMs(1000, 4000, 0, 0)).toBe(4000);
    expect(timing([slow]).hopedMs(1000, 1600, 0, 0)).toBe(1500);
    expect(timing([slow]).hopedMs(1000, 1600, 200, 0)).toBe(1300);
    expect(timing([slow], { sharers: 4 }).hopedMs(1000, 6000, 60_000, 0)).toBe(2000);
  });

  it("looks for a place again within a second, should nobody tell that one came back", () => {
    expect(timing([places]).hopedMs(1000, 60_000, 0, 0)).toBe(2000);
    expect(timing([places]).hopedMs(1000, 1400, 0, 0)).toBe(1400);
  });
});
