import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { manualClock } from "../clock.js";
import { contestedCounter } from "./contested-counter.js";
import type { Counter } from "./counter.js";
import { slidingWindow } from "./sliding-window.js";
import { createStranger, type StrangerOptions } from "./stranger.js";

const perMinute = 60;

function contest(options?: StrangerOptions, inner: Counter = slidingWindow(perMinute)) {
  const clock = manualClock();
  const stranger = createStranger(clock, options);
  const due = (afterMs: number, untilMs: number) => stranger.dueBetween("users.list", perMinute, afterMs, untilMs);
  const counter = contestedCounter(inner, due, perMinute);
  /** Takes all it can get now. */
  const takeAll = (): number => {
    let taken = 0;
    for (; counter.freeAtMs(clock.nowMs()) <= clock.nowMs(); taken += 1) counter.take(clock.nowMs());
    return taken;
  };
  return { clock, stranger, takeAll };
}

describe("a stranger", () => {
  it("given at the start has used its share of the last minute already", () => {
    expect(contest({ share: 0.3 }).takeAll()).toBe(42);
    expect(contest().takeAll()).toBe(60);
  });

  it("uses its share evenly over time", () => {
    const { clock, stranger } = contest({ share: 0.5 });
    clock.advance(60_000);
    const due = stranger.dueBetween("users.list", perMinute, 0, 60_000).map(({ dueMs }) => dueMs);
    expect(due).toEqual(Array.from({ length: 30 }, (_, index) => (index + 1) * 2_000));
  });

  it("leaves the rest to a client that takes all it can get, minute after minute", () => {
    const { clock, takeAll } = contest({ share: 0.3 });
    takeAll();
    let taken = 0;
    for (let step = 0; step < 600; step += 1) {
      clock.advance(1_000);
      taken += takeAll();
    }
    expect(taken).toBeGreaterThanOrEqual(10 * 42 - 1);
    expect(taken).toBeLessThanOrEqual(10 * 42 + 1);
  });

  it("waits for a place when there is none, and takes it before anybody else", () => {
    const { clock, stranger, takeAll } = contest();
    expect(takeAll()).toBe(60);
    stranger.join(0.5);
    clock.advance(60_000);
    expect(takeAll()).toBe(30);
  });

  it("takes nothing more after it left, and gives its places back as they expire", () => {
    const { clock, stranger, takeAll } = contest({ share: 0.5 });
    stranger.leave();
    expect(stranger.present()).toBe(false);
    expect(takeAll()).toBe(30);
    clock.advance(60_000);
    expect(takeAll()).toBe(60);
  });

  it("drops what it was still waiting for when it leaves", () => {
    const { clock, stranger, takeAll } = contest();
    takeAll();
    stranger.join(1);
    clock.advance(30_000);
    takeAll();
    stranger.leave();
    clock.advance(30_000);
    expect(takeAll()).toBe(60);
  });

  it("comes back with the share it had, or with another", () => {
    const { clock, stranger, takeAll } = contest({ share: 0.5 });
    stranger.leave();
    stranger.join();
    expect(stranger.present()).toBe(true);
    clock.advance(120_000);
    expect(takeAll()).toBe(30);
    stranger.join(0.25);
    clock.advance(120_000);
    expect(takeAll()).toBe(45);
  });

  it("calls only the methods it was given", () => {
    const { clock, stranger } = contest({ share: 0.5, methods: ["auth.test"] });
    clock.advance(60_000);
    expect(stranger.dueBetween("users.list", perMinute, 0, 60_000)).toEqual([]);
    expect(stranger.dueBetween("auth.test", perMinute, 0, 60_000)).toHaveLength(30);
  });

  it("needs a share above zero and at most one", () => {
    expect(() => contest({ share: 0 })).toThrow("stranger.share must be a number > 0 and <= 1, got 0");
    expect(() => contest().stranger.join()).toThrow("join needs a share");
  });

  it("and all others together never exceed the limit in any minute", () => {
    const pauses = fc.array(fc.nat(20_000), { maxLength: 40 });
    fc.assert(
      fc.property(pauses, fc.double({ min: 0.05, max: 1, noNaN: true }), (moves, share) => {
        const taken: number[] = [];
        const window = slidingWindow(perMinute);
        const recorded: Counter = { ...window, take: (atMs) => (taken.push(atMs), window.take(atMs)) };
        const { clock, takeAll } = contest({ share }, recorded);
        for (const pauseMs of moves) {
          clock.advance(pauseMs);
          takeAll();
        }
        expect(taken).toEqual(taken.toSorted((a, b) => a - b));
        taken.forEach((atMs, index) => {
          const later = taken[index + perMinute];
          if (later !== undefined) expect(later).toBeGreaterThanOrEqual(atMs + 60_000);
        });
      }),
      { numRuns: 50 },
    );
  });
});
