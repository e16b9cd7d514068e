import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { createFakeClock } from "../testing/fake-clock.js";
import { sleep } from "./sleep.js";

describe("a sleep", () => {
  it("ends when its time has passed on the clock, and removes its listener", async () => {
    const clock = createFakeClock();
    const { signal } = new AbortController();
    let awake = false;
    const sleeping = sleep(1000, signal, clock).then(() => (awake = true));
    await clock.advance(999);
    expect([awake, getEventListeners(signal, "abort").length]).toEqual([false, 1]);
    await clock.advance(1);
    await sleeping;
    expect([awake, getEventListeners(signal, "abort").length]).toEqual([true, 0]);
  });

  it("rejects with the signal's own reason at once when it aborts, and leaves neither timer nor listener", async () => {
    const clock = createFakeClock();
    const controller = new AbortController();
    const reason = { not: "even an error" };
    const sleeping = sleep(1000, controller.signal, clock);
    controller.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    expect([clock.now(), clock.pending, getEventListeners(controller.signal, "abort").length]).toEqual([0, 0, 0]);
  });

  it("does not begin under a signal that has aborted", async () => {
    const clock = createFakeClock();
    const sleeping = sleep(1000, AbortSignal.abort("gone"), clock);
    expect(clock.pending).toBe(0);
    await expect(sleeping).rejects.toBe("gone");
  });

  it("needs neither signal nor clock, and never ends early", async () => {
    const startedMs = performance.now();
    await sleep(12);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(12);
  });
});
