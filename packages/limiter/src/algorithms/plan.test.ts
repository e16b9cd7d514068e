import { describe, expect, it } from "vitest";
import type { Bucket } from "./bucket.js";
import { plan, type PlanRequest, type PlannedCharge } from "./plan.js";
import { SlidingWindow } from "./sliding-window.js";
import { TokenBucket } from "./token-bucket.js";

const SECOND = 1_000_000;
const tokens = (burst: number, refillRate = 1): Bucket =>
  new TokenBucket({ kind: "tokenBucket", refillRate, burst }, 0);
const empty = (burst: number, refillRate = 1): Bucket => {
  const bucket = tokens(burst, refillRate);
  bucket.lower(0, 0);
  return bucket;
};
const places = (max: number): Bucket => new SlidingWindow({ kind: "concurrency", max, leaseMs: 1_000_000 });
const one = (bucket: Bucket, cost = 1): PlannedCharge => ({ bucket, cost });
const ask = (more: Partial<PlanRequest>): PlanRequest => ({
  count: 1,
  ahead: 0,
  group: 1,
  withinUs: 60 * SECOND,
  nowUs: 0,
  id: "q",
  peek: false,
  ...more,
});

describe("a plan", () => {
  it("takes what is free now, no more than asked for", () => {
    const bucket = tokens(4);
    expect(plan([one(bucket)], ask({ count: 3 }))).toEqual({
      slots: [{ atUs: 0, units: 3 }],
      nextUs: 0,
      binding: 0,
    });
    expect(bucket.remaining(0)).toBe(1);
  });

  it("books the rest one after another, as far ahead as it may", () => {
    const booked = { slots: [0, 1, 2].map((second) => ({ atUs: second * SECOND, units: second === 0 ? 4 : 1 })) };
    expect(plan([one(tokens(4))], ask({ count: 6, ahead: 9 }))).toEqual({ ...booked, nextUs: 3 * SECOND, binding: 0 });
    expect(plan([one(tokens(4))], ask({ count: 9, ahead: 2 }))).toEqual({ ...booked, nextUs: 3 * SECOND, binding: 0 });
    expect(plan([one(tokens(4))], ask({ count: 9, ahead: 9, withinUs: 2 * SECOND }))).toMatchObject(booked);
  });

  it("books in groups that share an instant, the last one smaller, and none larger than the bucket", () => {
    expect(plan([one(empty(4))], ask({ count: 5, ahead: 9, group: 2 }))).toEqual({
      slots: [
        { atUs: 2 * SECOND, units: 2 },
        { atUs: 4 * SECOND, units: 2 },
        { atUs: 5 * SECOND, units: 1 },
      ],
      nextUs: 6 * SECOND,
      binding: 0,
    });
    expect(plan([one(empty(2))], ask({ count: 4, ahead: 9, group: 5 })).slots).toEqual([
      { atUs: 2 * SECOND, units: 2 },
      { atUs: 4 * SECOND, units: 2 },
    ]);
  });

  it("takes from all buckets together, as the scarcest has it, which it names", () => {
    const [wide, narrow] = [tokens(9), tokens(2, 0.5)];
    expect(plan([one(wide), one(narrow)], ask({ count: 3, ahead: 1 }))).toEqual({
      slots: [
        { atUs: 0, units: 2 },
        { atUs: 2 * SECOND, units: 1 },
      ],
      nextUs: 4 * SECOND,
      binding: 1,
    });
    expect(wide.remaining(0)).toBe(7);
    expect(plan([one(narrow), one(wide)], ask({ peek: true })).binding).toBe(0);
  });

  it("waits until an instant suits all of them", () => {
    const window = new SlidingWindow({ kind: "slidingWindow", limit: 2, windowMs: 3000 });
    window.take({ atUs: 1.5 * SECOND, cost: 2, id: "booked" }, 0);
    // The token is there at 1 s, when the window is no longer free for one beside those booked.
    expect(plan([one(empty(4)), one(window)], ask({}))).toEqual({ slots: [], nextUs: 4.5 * SECOND, binding: 1 });
    expect(plan([one(window), one(empty(8, 0.2))], ask({}))).toEqual({ slots: [], nextUs: 5 * SECOND, binding: 1 });
  });

  it("takes nothing for a look", () => {
    const bucket = tokens(4);
    expect(plan([one(bucket)], ask({ count: 3, peek: true }))).toEqual({
      slots: [{ atUs: 0, units: 3 }],
      nextUs: 0,
      binding: 0,
    });
    expect(bucket.remaining(0)).toBe(4);
    expect(plan([one(empty(4))], ask({ count: 3, ahead: 3, peek: true }))).toEqual({
      slots: [],
      nextUs: SECOND,
      binding: 0,
    });
  });

  it("names its units by their number, so that each can be found again", () => {
    const window = new SlidingWindow({ kind: "slidingWindow", limit: 5, windowMs: 1000 });
    plan([one(window)], ask({ count: 4 }));
    for (const [number, left] of [2, 3, 4, 5].entries()) {
      window.giveBack({ atUs: 0, cost: 1, id: `q.${number}` }, 0);
      expect(window.remaining(0)).toBe(left);
    }
  });

  it("goes on counting its units where the free ones ended", () => {
    const window = new SlidingWindow({ kind: "slidingWindow", limit: 1, windowMs: 1000 });
    plan([one(window)], ask({ count: 2, ahead: 1 }));
    window.giveBack({ atUs: SECOND, cost: 1, id: "q.1" }, 0);
    expect(window.idleAt(0)).toBe(SECOND);
  });

  it("books free places along with tokens to come, but none that somebody holds", () => {
    expect(plan([one(empty(1)), one(places(2))], ask({ count: 3, ahead: 9 }))).toEqual({
      slots: [
        { atUs: SECOND, units: 1 },
        { atUs: 2 * SECOND, units: 1 },
      ],
      nextUs: 1001 * SECOND,
      binding: 1,
    });
    const held = places(1);
    held.take({ atUs: 0, cost: 1, id: "held" }, 0);
    expect(plan([one(held)], ask({ count: 3, ahead: 9 }))).toEqual({ slots: [], nextUs: 1000 * SECOND, binding: 0 });
  });

  it("counts the places that it has just taken as those it may use", () => {
    expect(plan([one(tokens(1)), one(places(3))], ask({ count: 5, ahead: 9 })).slots).toEqual([
      { atUs: 0, units: 1 },
      { atUs: SECOND, units: 1 },
      { atUs: 2 * SECOND, units: 1 },
    ]);
  });
});
