import { describe, expect, it } from "vitest";
import { sleep } from "../clock/sleep.js";
import { createFakeClock } from "./fake-clock.js";

describe("a fake clock", () => {
  it("stands still until it is moved, and runs due timers in order at their own instants", async () => {
    const clock = createFakeClock();
    const ran: [string, number][] = [];
    const at = (name: string, delayMs: number): unknown => clock.setTimer(() => ran.push([name, clock.now()]), delayMs);
    at("late", 20);
    at("early", 10);
    at("same, later", 10);
    at("overdue", -5);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([clock.now(), clock.pending]).toEqual([0, 4]);
    await clock.advance(15);
    expect(ran).toEqual([
      ["overdue", 0],
      ["early", 10],
      ["same, later", 10],
    ]);
    expect([clock.now(), clock.pending]).toEqual([15, 1]);
  });

  it("runs timers that timers set, within one advance", async () => {
    const clock = createFakeClock();
    const woke: number[] = [];
    void (async () => {
      for (let n = 0; n < 3; n += 1) {
        await sleep(10, undefined, clock);
        woke.push(clock.now());
      }
    })();
    await clock.advance(30);
    expect(woke).toEqual([10, 20, 30]);
  });

  it("jumps from timer to timer until a condition holds, and not past a limit", async () => {
    const clock = createFakeClock();
    let ran = 0;
    for (const delayMs of [100, 200, 300, 400]) clock.setTimer(() => (ran += 1), delayMs);
    await clock.runUntil(() => ran === 2);
    expect(clock.now()).toBe(200);
    await clock.runUntil(() => false, 350);
    expect([clock.now(), clock.pending]).toEqual([300, 1]);
  });

  it("forgets cancelled timers, and unref changes nothing", async () => {
    const clock = createFakeClock();
    let ran = 0;
    const timer = clock.setTimer(() => (ran += 1), 10);
    clock.setTimer(() => (ran += 10), 10).unref();
    timer.cancel();
    await clock.advance(20);
    expect(ran).toBe(10);
  });

  it("shows a wall that moves along and can be shifted alone", async () => {
    const clock = createFakeClock(5000);
    await clock.advance(100);
    clock.shiftWall(-3000);
    expect([clock.now(), clock.wallNow()]).toEqual([100, 2100]);
    expect(createFakeClock().wallNow()).toBe(Date.UTC(2026, 0, 1));
  });
});
