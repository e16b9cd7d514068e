import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Counter } from "./counter.js";
import { slidingWindow } from "./sliding-window.js";

/** Asks for one place at each moment; says which moments got one. */
function admitted(counter: Counter, asked: readonly number[]): number[] {
  return asked.filter((atMs) => {
    if (counter.freeAtMs(atMs) > atMs) return false;
    counter.take(atMs);
    return true;
  });
}

describe("a sliding window of 2 per minute", () => {
  const timeline: [atMs: number, freeAtMs: number, words: string][] = [
    [0, 0, "the first place"],
    [10_000, 10_000, "the second"],
    [20_000, 60_000, "full until the first arrival is a minute old"],
    [59_999, 60_000, "a millisecond too early"],
    [60_000, 60_000, "exactly a minute after the first"],
    [60_001, 70_000, "full again until the second is a minute old"],
    [70_000, 70_000, "exactly a minute after the second"],
    [500_000, 500_000, "empty after a pause"],
  ];

  it("gives each place back exactly a minute after it was taken", () => {
    const window = slidingWindow(2);
    for (const [atMs, freeAtMs, words] of timeline) {
      expect(window.freeAtMs(atMs), words).toBe(freeAtMs);
      if (freeAtMs === atMs) window.take(atMs);
    }
  });

  it("does not count what was refused", () => {
    const asked = [0, 1, ...Array.from({ length: 1_000 }, (_, index) => 2 + index), 60_000, 60_001];
    expect(admitted(slidingWindow(2), asked)).toEqual([0, 1, 60_000, 60_001]);
  });
});

describe("a sliding window", () => {
  const gaps = fc.array(fc.oneof(fc.nat(2_000), fc.nat(70_000)), { maxLength: 150 });

  it("never lets any minute hold more than the limit, and refuses only when it would", () => {
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 20 }), (pauses, perMinute) => {
        let nowMs = 0;
        const asked = pauses.map((pauseMs) => (nowMs += pauseMs));
        const window = slidingWindow(perMinute);
        const taken: number[] = [];
        for (const atMs of asked) {
          const inLastMinute = taken.filter((earlier) => earlier > atMs - 60_000).length;
          expect(window.freeAtMs(atMs) <= atMs).toBe(inLastMinute < perMinute);
          if (inLastMinute >= perMinute) continue;
          window.take(atMs);
          taken.push(atMs);
        }
        for (const from of taken) {
          expect(taken.filter((atMs) => atMs >= from && atMs < from + 60_000).length).toBeLessThanOrEqual(perMinute);
        }
      }),
    );
  });

  it("is free at the moment it names and not a millisecond before", () => {
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 5 }), (pauses, perMinute) => {
        let nowMs = 0;
        const window = slidingWindow(perMinute);
        admitted(
          window,
          pauses.map((pauseMs) => (nowMs += pauseMs)),
        );
        const freeMs = window.freeAtMs(nowMs);
        if (freeMs > nowMs) expect(window.freeAtMs(freeMs - 1)).toBe(freeMs);
        expect(window.freeAtMs(freeMs)).toBe(freeMs);
      }),
    );
  });

  it("is fresh only when its last minute is empty", () => {
    const window = slidingWindow(3);
    expect(window.isFresh(0)).toBe(true);
    window.take(0);
    expect(window.isFresh(59_999)).toBe(false);
    expect(window.isFresh(60_000)).toBe(true);
  });

  it("refuses a limit that is not a whole number above zero", () => {
    expect(() => slidingWindow(0.5)).toThrow("perMinute must be a whole number >= 1, got 0.5");
  });
});
