import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { createFakeClock } from "../testing/fake-clock.js";
import { linkSignals } from "./linked-signal.js";

describe("linked signals", () => {
  it("abort with the first that does, with its reason", () => {
    const [one, other] = [new AbortController(), new AbortController()];
    const { signal } = linkSignals([one.signal, null, undefined, other.signal]);
    expect(signal.aborted).toBe(false);
    other.abort("other's reason");
    one.abort("too late");
    expect(signal.reason).toBe("other's reason");
  });

  it("have aborted already when one of them has", () => {
    const { signal } = linkSignals([new AbortController().signal, AbortSignal.abort("gone")]);
    expect([signal.aborted, signal.reason]).toEqual([true, "gone"]);
  });

  it("abort at their timeout, as AbortSignal.timeout does", async () => {
    const clock = createFakeClock();
    const { signal } = linkSignals([], 1000, clock);
    await clock.advance(999);
    expect(signal.aborted).toBe(false);
    await clock.advance(1);
    expect(signal.reason).toMatchObject({ name: "TimeoutError" });
  });

  it("of no timeout set no timer, and one beyond the timer's range does not fire at once", async () => {
    const clock = createFakeClock();
    linkSignals([], 0, clock);
    expect(clock.pending).toBe(0);
    const { signal, release } = linkSignals([], 2 ** 31);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(signal.aborted).toBe(false);
    release();
  });

  it("leave neither listener nor timer once released, and hear nothing more", () => {
    const clock = createFakeClock();
    const controller = new AbortController();
    const { signal, release } = linkSignals([controller.signal], 1000, clock);
    expect([getEventListeners(controller.signal, "abort").length, clock.pending]).toEqual([1, 1]);
    release();
    expect([getEventListeners(controller.signal, "abort").length, clock.pending]).toEqual([0, 0]);
    controller.abort();
    expect(signal.aborted).toBe(false);
  });
});
