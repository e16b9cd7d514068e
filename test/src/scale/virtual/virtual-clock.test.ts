import { sleep } from "@sluice/core";
import { expect, it } from "vitest";
import { createVirtualClock } from "./virtual-clock.js";

it("runs hours of timers that set timers at once, each at its own instant", async () => {
  const clock = createVirtualClock();
  const woke: number[] = [];
  void (async () => {
    for (let n = 0; n < 3; n += 1) {
      await sleep(3_600_000, undefined, clock);
      woke.push(clock.now());
    }
  })();
  await clock.runUntil(2.5 * 3_600_000);
  expect([woke, clock.now()]).toEqual([[3_600_000, 7_200_000], 9_000_000]);
});

it("lets promises move after a timer and before the next, at the same instant too", async () => {
  const clock = createVirtualClock();
  const order: string[] = [];
  clock.setTimer(() => void Promise.resolve().then(() => order.push("promise of the first")), 5);
  clock.setTimer(() => order.push("second"), 5);
  await clock.runUntil(5);
  expect(order).toEqual(["promise of the first", "second"]);
});

it("forgets cancelled timers and stops when there has been enough", async () => {
  const clock = createVirtualClock();
  let ran = 0;
  const timers = [1, 2, 3, 4].map((delayMs) => clock.setTimer(() => (ran += 1), delayMs));
  timers[0]?.cancel();
  await clock.runUntil(10, () => ran === 2);
  expect([ran, clock.now(), clock.happened]).toEqual([2, 3, 2]);
  await clock.runUntil(10);
  expect([ran, clock.now()]).toEqual([3, 10]);
});
