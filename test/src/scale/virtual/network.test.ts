import { expect, it } from "vitest";
import { createConnection, processClock } from "./network.js";
import { seeded } from "./seeded.js";
import { createVirtualClock } from "./virtual-clock.js";

const distance = { roundTripMs: 2, jitter: 0.9, timerGrainMs: 1 };

it("messages take their time, differ, and never overtake one another", async () => {
  const clock = createVirtualClock();
  const connection = createConnection(clock, distance, seeded(1));
  const arrived: { readonly number: number; readonly atMs: number }[] = [];
  for (let number = 0; number < 200; number += 1)
    clock.post(() => connection.there(() => arrived.push({ number, atMs: clock.now() - number * 0.1 })), number * 0.1);
  await clock.runUntil(100);
  expect(arrived.map(({ number }) => number)).toEqual(Array.from({ length: 200 }, (_, index) => index));
  expect(Math.min(...arrived.map(({ atMs }) => atMs))).toBeGreaterThanOrEqual(0.1);
  expect(Math.max(...arrived.map(({ atMs }) => atMs))).toBeLessThanOrEqual(1.9);
  expect(new Set(arrived.map(({ atMs }) => atMs.toFixed(3))).size).toBeGreaterThan(50);
});

it("a process is woken after whole milliseconds, never early and at most a grain late", async () => {
  const clock = createVirtualClock();
  const own = processClock(clock, distance, seeded(2));
  const late: number[] = [];
  for (const delayMs of [0, 0.2, 1, 7.3, 20])
    own.setTimer(() => late.push(clock.now() - Math.max(1, Math.ceil(delayMs))), delayMs);
  await clock.runUntil(100);
  expect(late).toHaveLength(5);
  expect(late.every((ms) => ms >= 0 && ms <= 1)).toBe(true);
});
