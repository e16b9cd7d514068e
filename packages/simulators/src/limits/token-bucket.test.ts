import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tokenBucket } from "./token-bucket.js";

describe("a token bucket of 20 per minute with a burst of 5", () => {
  const timeline: [atMs: number, freeAtMs: number, words: string][] = [
    [0, 0, "a full bucket"],
    [0, 0, "two left of the burst"],
    [0, 0, "three"],
    [0, 0, "four"],
    [0, 0, "the last of the burst"],
    [0, 3_000, "empty; one token takes three seconds"],
    [2_999, 3_000, "not quite a token"],
    [3_000, 3_000, "a token again"],
    [3_000, 6_000, "and gone"],
    [7_500, 7_500, "one and a half, one taken"],
    [7_500, 9_000, "the half is kept"],
  ];

  it("admits the burst at once and then a token every three seconds", () => {
    const bucket = tokenBucket(20, { tokens: 5 });
    for (const [atMs, freeAtMs, words] of timeline) {
      expect(bucket.freeAtMs(atMs), words).toBe(freeAtMs);
      if (freeAtMs === atMs) bucket.take(atMs);
    }
  });

  it("never holds more than the burst, however long it rests", () => {
    const bucket = tokenBucket(20, { tokens: 5 });
    bucket.take(0);
    let taken = 0;
    while (bucket.freeAtMs(1_000_000) === 1_000_000) {
      bucket.take(1_000_000);
      taken += 1;
    }
    expect(taken).toBe(5);
  });
});

describe("a token bucket", () => {
  it("takes its size as a share of the limit, rounded down but at least one", () => {
    const sizeOf = (perMinute: number, share: number): number => {
      const bucket = tokenBucket(perMinute, { share });
      let taken = 0;
      for (; bucket.freeAtMs(0) === 0; taken += 1) bucket.take(0);
      return taken;
    };
    expect(sizeOf(50, 1)).toBe(50);
    expect(sizeOf(50, 0.25)).toBe(12);
    expect(sizeOf(1, 0.25)).toBe(1);
  });

  it("admits at most its burst plus what was refilled, over any stretch of time", () => {
    const gaps = fc.array(fc.nat(8_000), { maxLength: 120 });
    const size = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(gaps, size, size, (pauses, perMinute, tokens) => {
        const bucket = tokenBucket(perMinute, { tokens });
        const taken: number[] = [];
        let nowMs = 0;
        for (const pauseMs of pauses) {
          nowMs += pauseMs;
          if (bucket.freeAtMs(nowMs) > nowMs) continue;
          bucket.take(nowMs);
          taken.push(nowMs);
        }
        taken.forEach((fromMs, first) => {
          taken.slice(first).forEach((atMs, more) => {
            expect((more + 1) * 60_000).toBeLessThanOrEqual(tokens * 60_000 + (atMs - fromMs) * perMinute);
          });
        });
      }),
    );
  });

  it("is fresh only when full", () => {
    const bucket = tokenBucket(60, { tokens: 2 });
    expect(bucket.isFresh(0)).toBe(true);
    bucket.take(0);
    expect(bucket.isFresh(999)).toBe(false);
    expect(bucket.isFresh(1_000)).toBe(true);
  });

  it("refuses sizes that make no bucket", () => {
    expect(() => tokenBucket(20, { tokens: 0 })).toThrow("burst.tokens must be a whole number >= 1, got 0");
    expect(() => tokenBucket(20, { share: 1.5 })).toThrow("burst.share must be a number > 0 and <= 1, got 1.5");
  });
});
