import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "./clock.js";
import { systemRandom } from "./random.js";

const LONGEST_MS = 2 ** 31 - 1;

describe("the system clock, in real time", () => {
  it("never calls back before the delay has passed", async () => {
    const early: number[] = [];
    const timers = Array.from({ length: 60 }, (_, index) => {
      const delayMs = index * 0.37;
      const startedMs = performance.now();
      return new Promise<void>((resolve) =>
        systemClock.setTimer(() => {
          if (performance.now() < startedMs + delayMs) early.push(delayMs);
          resolve();
        }, delayMs),
      );
    });
    await Promise.all(timers);
    expect(early).toEqual([]);
  });

  it("does not fire at once for delays beyond the timer's range, and those can be cancelled", async () => {
    const fired: number[] = [];
    const delays = [LONGEST_MS + 1, 2 ** 32, 1e12, Number.MAX_SAFE_INTEGER, Number.MAX_VALUE, Number.POSITIVE_INFINITY];
    const timers = delays.map((delayMs) => systemClock.setTimer(() => fired.push(delayMs), delayMs));
    await new Promise((resolve) => setTimeout(resolve, 30));
    for (const timer of timers) timer.cancel();
    expect(fired).toEqual([]);
  });

  it("runs overdue and zero delays soon, and nothing that was cancelled", async () => {
    const fired: string[] = [];
    systemClock.setTimer(() => fired.push("cancelled"), 0).cancel();
    const done = systemClock.setTimer(() => fired.push("zero"), 0);
    systemClock.setTimer(() => fired.push("overdue"), -5);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(fired).toEqual(["zero", "overdue"]);
    done.cancel();
  });

  it("measures on a monotonic scale, and reads the wall for dates", () => {
    const [first, second] = [systemClock.now(), systemClock.now()];
    expect(second).toBeGreaterThanOrEqual(first);
    expect(Math.abs(systemClock.wallNow() - new Date().getTime())).toBeLessThan(1000);
  });
});

describe("the system clock, beyond the timer's range", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
  afterEach(() => void vi.useRealTimers());

  it("calls back once, at the very end of a wait cut into pieces", () => {
    let fired = 0;
    const delayMs = 3 * LONGEST_MS + 1234;
    systemClock.setTimer(() => (fired += 1), delayMs);
    vi.advanceTimersByTime(delayMs - 1);
    expect(fired).toBe(0);
    vi.advanceTimersByTime(1);
    expect(fired).toBe(1);
    vi.advanceTimersByTime(delayMs);
    expect(fired).toBe(1);
  });

  it("forgets a wait that is cancelled in its second piece", () => {
    let fired = 0;
    const timer = systemClock.setTimer(() => (fired += 1), 2 * LONGEST_MS);
    vi.advanceTimersByTime(LONGEST_MS + 10);
    timer.cancel();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(3 * LONGEST_MS);
    expect(fired).toBe(0);
  });

  it("keeps every piece of an unreferenced wait from holding the process", () => {
    const pieces = vi.spyOn(globalThis, "setTimeout");
    systemClock.setTimer(() => {}, 2 * LONGEST_MS).unref();
    vi.advanceTimersByTime(LONGEST_MS + 10);
    expect(pieces.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual([false, false]);
    pieces.mockRestore();
  });
});

it("the system's random source stays in [0, 1)", () => {
  for (let n = 0; n < 1000; n += 1) {
    const drawn = systemRandom();
    expect(drawn >= 0 && drawn < 1).toBe(true);
  }
});
