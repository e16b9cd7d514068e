import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { concurrency } from "../limits/concurrency.js";
import type { Limit } from "../limits/limit.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { slidingWindow } from "../limits/windows.js";
import type { Pause, TakeReply } from "../store/store.js";
import { memoryStore } from "./memory-store.js";

/** Two kinds that are kept in two ways; one token of each is back after a second. */
const kinds: readonly (readonly [string, Limit])[] = [
  ["token buckets", tokenBucket({ refillRate: 1, burst: 1 })],
  ["windows", slidingWindow({ limit: 1, windowMs: 1000 })],
];
const window = slidingWindow({ limit: 5, windowMs: 1000 });
const places = concurrency({ max: 2, leaseMs: 500 });

function rig(maxBuckets = 2) {
  const clock = createFakeClock();
  const store = memoryStore({ clock, maxBuckets });
  let asked = 0;
  const take = (bucket: string, limit: Limit, { scope = "s", peek = false, cost = 1, count = 1 } = {}): TakeReply => {
    const how = { count, ahead: 0, group: 1, withinMs: 0, id: `${(asked += 1)}`, peek };
    return store.take({ scope, charges: [{ bucket, limit, cost }], ...how }) as TakeReply;
  };
  const charge = (bucket: string, limit: Limit, cost = 1) => ({ scope: "s", charges: [{ bucket, limit, cost }] });
  return { clock, store, take, charge };
}
const full = expect.objectContaining({
  code: "STORE_UNAVAILABLE",
  message: expect.stringContaining("maxBuckets (now 2)"),
});

describe.each(kinds)("a memory store that is full of busy %s", (_kind, limit) => {
  it("refuses a new one before anything is taken, until the first of the others is idle", async () => {
    const { clock, store, take } = rig();
    take("a", limit);
    await clock.advance(100);
    take("b", limit);
    expect(store.size).toBe(2);
    await clock.advance(899);
    expect(() => take("c", limit)).toThrow(full);
    expect(() => take("c", limit, { scope: "another" })).toThrow(full);
    await clock.advance(1);
    expect(take("c", limit).slots).toHaveLength(1);
    expect(() => take("d", limit)).toThrow(full);
    await clock.advance(100);
    expect(take("d", limit).slots).toHaveLength(1);
    expect(store.size).toBe(2);
  });

  it("still answers for those it has, and looks at any", () => {
    const { take } = rig();
    take("a", limit);
    take("b", limit);
    expect(take("a", limit).slots).toEqual([]);
    expect(take("c", limit, { peek: true })).toMatchObject({ remaining: 1 });
  });

  it("holds nothing that was only looked at, or refused", () => {
    const { store, take } = rig();
    take("a", limit, { peek: true });
    expect(store.size).toBe(0);
    take("a", limit);
    take("b", limit);
    expect(() => take("c", limit)).toThrow(full);
    expect(store.size).toBe(2);
  });

  it("takes nothing from those it has for a question that names a new one besides", () => {
    const { store, take } = rig();
    const ofTwo =
      limit.kind === "tokenBucket"
        ? tokenBucket({ refillRate: 1, burst: 2 })
        : slidingWindow({ limit: 2, windowMs: 1000 });
    take("a", ofTwo);
    take("b", limit);
    const charges = [
      { bucket: "a", limit: ofTwo, cost: 1 },
      { bucket: "c", limit, cost: 1 },
    ];
    const how = { count: 1, ahead: 0, group: 1, withinMs: 0, id: "both", peek: false };
    expect(() => store.take({ scope: "s", charges, ...how })).toThrow(full);
    expect(take("a", ofTwo, { peek: true }).remaining).toBe(1);
  });

  it("refuses to note a word about a new one", () => {
    const { store, take, charge } = rig();
    take("a", limit);
    take("b", limit);
    expect(() => store.observe({ ...charge("c", limit), pauseMs: 10, remaining: undefined })).toThrow(full);
    store.observe({ ...charge("a", limit), pauseMs: 10, remaining: undefined });
    expect(store.size).toBe(2);
  });

  it("counts scopes apart", async () => {
    const { clock, store, take } = rig(3);
    take("a", limit);
    take("a", limit, { scope: "t" });
    take("a", limit, { scope: "u" });
    expect(store.size).toBe(3);
    expect(take("a", limit, { scope: "t" }).slots).toEqual([]);
    await clock.advance(1000);
    expect(store.size).toBe(0);
  });

  it("forgets all when it is closed", async () => {
    const { store, take } = rig();
    take("a", limit);
    await store.close();
    expect(store.size).toBe(0);
    expect(take("a", limit).slots).toHaveLength(1);
  });
});

describe("the short way of a memory store", () => {
  const bucket = tokenBucket({ refillRate: 1, burst: 1 });

  it("is bounded as the long one is", async () => {
    const { clock, store } = rig();
    const decide = (name: string) => store.decide?.("s", name, bucket, 1);
    expect([decide("a")?.kind, decide("b")?.kind]).toEqual(["allowed", "allowed"]);
    expect(() => decide("c")).toThrow(full);
    expect(decide("a")?.kind).toBe("delayed");
    await clock.advance(1000);
    expect(decide("c")?.kind).toBe("allowed");
    expect(store.size).toBe(1);
  });

  it("shares its levels with the long one, in each scope", () => {
    const { store, take } = rig(10);
    take("a", bucket);
    expect(store.decide?.("s", "a", bucket, 1)?.kind).toBe("delayed");
    expect(store.decide?.("t", "a", bucket, 1)?.kind).toBe("allowed");
    expect(store.decide?.("s", "a", bucket, 1)?.kind).toBe("delayed");
    expect(take("a", bucket, { scope: "t" }).slots).toEqual([]);
  });

  it("leaves a bucket alone of which more is known than a level", async () => {
    const { clock, store, take, charge } = rig(10);
    store.observe({ ...charge("a", bucket), pauseMs: 300, remaining: undefined });
    expect(store.decide?.("s", "a", bucket, 1)).toBeUndefined();
    expect(take("a", bucket).slots).toEqual([]);
    await clock.advance(300);
    expect(take("a", bucket).slots).toHaveLength(1);
  });
});

describe("a bucket whose limit has changed", () => {
  it("keeps what was taken, under the new numbers", () => {
    const { take } = rig(10);
    take("w", window, { count: 3 });
    expect(take("w", slidingWindow({ limit: 4, windowMs: 1000 }), { peek: true }).remaining).toBe(1);
    expect(take("w", window, { peek: true }).remaining).toBe(2);
    take("t", tokenBucket({ refillRate: 1, burst: 10 }), { count: 4 });
    expect(take("t", tokenBucket({ refillRate: 1, burst: 3 }), { peek: true }).remaining).toBeLessThanOrEqual(3);
    expect(take("t", tokenBucket({ refillRate: 1, burst: 10 }), { peek: true }).remaining).toBe(6);
  });
});

describe("what a memory store tells", () => {
  it("is each pause with its end, and nothing of what is none", async () => {
    const { clock, store, take, charge } = rig(10);
    const heard: Pause[] = [];
    store.onPause?.("s", (pause) => void heard.push(pause));
    store.observe({ ...charge("w", window), pauseMs: 0, remaining: 3 });
    expect([heard, take("w", window, { peek: true }).remaining]).toEqual([[], 3]);
    store.observe({ ...charge("w", window), pauseMs: 250.0004, remaining: undefined });
    expect(heard).toEqual([{ buckets: ["w"], pauseMs: 250.0004 }]);
    const { slots, nextUs, nowUs } = take("w", window);
    expect([slots, nextUs - nowUs]).toEqual([[], 250_001]);
    await clock.advance(251);
    expect(take("w", window).slots).toHaveLength(1);
  });

  it("is that a place was given back, and nothing of tokens", () => {
    const { store, take, charge } = rig(10);
    const heard: unknown[] = [];
    store.onRelease?.("s", (buckets) => void heard.push(buckets));
    const units = [{ atUs: 0, unit: 0 }];
    take("w", window);
    store.giveBack({ ...charge("w", window), id: "1", units });
    expect(heard).toEqual([]);
    take("p", places);
    store.giveBack({ ...charge("p", places), id: "2", units });
    expect(heard).toEqual([["p"]]);
    expect(take("p", places, { peek: true }).remaining).toBe(2);
  });

  it("is whether all places of a question are held still", async () => {
    const { clock, store, take, charge } = rig(10);
    take("p", places, { count: 2 });
    const both = [
      { atUs: 0, unit: 0 },
      { atUs: 0, unit: 1 },
    ];
    expect(store.renew?.({ ...charge("p", places), id: "1", units: both })).toBe(true);
    store.giveBack({ ...charge("p", places), id: "1", units: both.slice(0, 1) });
    expect(store.renew?.({ ...charge("p", places), id: "1", units: both })).toBe(false);
    await clock.advance(500);
    expect(store.renew?.({ ...charge("p", places), id: "1", units: both.slice(1) })).toBe(false);
  });

  it("is when all buckets of a question are idle again, and which has the least", () => {
    const { store } = rig(10);
    const charges = [
      { bucket: "w", limit: window, cost: 1 },
      { bucket: "p", limit: places, cost: 1 },
    ];
    const how = { count: 1, ahead: 0, group: 1, withinMs: 0, id: "1", peek: false };
    expect(store.take({ scope: "s", charges, ...how })).toMatchObject({ remaining: 1, least: 1, idleUs: 1_000_000 });
    expect([store.immediate, store.latencyMs]).toEqual([true, 0]);
  });

  it.each([0, 1.5, 1e7 + 1])("is no store of %d buckets", (maxBuckets) => {
    expect(() => memoryStore({ maxBuckets })).toThrow(expect.objectContaining({ option: "maxBuckets" }));
  });
});
