import { describe, expect, it } from "vitest";
import { manualClock, monotonicClock, scaledClock, wallClock } from "./clock.js";

describe("a scaled clock", () => {
  it("starts at zero and runs as many times faster as asked", () => {
    const real = manualClock(5_000);
    const scaled = scaledClock(real, 60);
    expect(scaled.nowMs()).toBe(0);
    real.advance(1_000);
    expect(scaled.nowMs()).toBe(60_000);
  });

  it("rounds readings down to 1/1024 of a millisecond", () => {
    const real = manualClock();
    const scaled = scaledClock(real, 1);
    real.advance(2.9999);
    expect(scaled.nowMs()).toBe(3 - 1 / 1024);
  });
});

describe("a manual clock", () => {
  it("moves only when told, and never back", () => {
    const clock = manualClock();
    clock.advance(3);
    expect(clock.nowMs()).toBe(3);
    expect(() => clock.advance(-1)).toThrow("byMs must be a number >= 0, got -1");
  });
});

describe("the clocks of the process", () => {
  it("give monotonic time and Unix time", () => {
    const before = monotonicClock.nowMs();
    expect(monotonicClock.nowMs()).toBeGreaterThanOrEqual(before);
    expect(wallClock.nowMs()).toBeGreaterThan(Date.UTC(2024, 0));
  });
});
