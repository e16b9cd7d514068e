import { getEventListeners } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it, vi } from "vitest";
import { sleep } from "../clock/sleep.js";
import { createHookChain } from "../hooks/hook-chain.js";
import { createFakeClock } from "../testing/fake-clock.js";
import { onAbort } from "./abort-listeners.js";
import { linkSignals } from "./linked-signal.js";
import { runCall } from "./run-call.js";

const listenersOf = (signal: AbortSignal): number => getEventListeners(signal, "abort").length;

describe("waiting for an abort", () => {
  it("calls everyone once, in the order of arrival, with the reason there to be read", () => {
    const controller = new AbortController();
    const told: string[] = [];
    for (const name of ["a", "b", "c"])
      onAbort(controller.signal, () => told.push(`${name}: ${controller.signal.reason}`));
    controller.abort("enough");
    controller.abort("again");
    controller.signal.dispatchEvent(new Event("abort"));
    expect(told).toEqual(["a: enough", "b: enough", "c: enough"]);
  });

  it("puts one listener on the signal, however many wait, and none when nobody does", () => {
    const { signal } = new AbortController();
    const offs = Array.from({ length: 100 }, () => onAbort(signal, () => {}));
    expect(listenersOf(signal)).toBe(1);
    for (const off of offs.slice(1)) off();
    expect(listenersOf(signal)).toBe(1);
    offs[0]?.();
    expect(listenersOf(signal)).toBe(0);
  });

  it("leaves no listener behind after the abort", () => {
    const controller = new AbortController();
    const off = onAbort(controller.signal, () => {});
    controller.abort();
    expect(listenersOf(controller.signal)).toBe(0);
    off();
    expect(listenersOf(controller.signal)).toBe(0);
  });

  it("does not call who has been taken off, also in the middle of the abort", () => {
    const controller = new AbortController();
    const told: string[] = [];
    const offs: (() => void)[] = [];
    onAbort(controller.signal, () => (told.push("first"), offs[1]?.()));
    offs.push(
      onAbort(controller.signal, () => told.push("gone before")),
      onAbort(controller.signal, () => told.push("gone meanwhile")),
    );
    onAbort(controller.signal, () => told.push("last"));
    offs[0]?.();
    controller.abort();
    expect(told).toEqual(["first", "last"]);
  });

  it("calls a function twice that waits twice, and takes it off once at a time", () => {
    const controller = new AbortController();
    const listener = vi.fn<() => void>();
    const off = onAbort(controller.signal, listener);
    onAbort(controller.signal, listener);
    onAbort(controller.signal, listener);
    off();
    off();
    controller.abort();
    expect(listener).toHaveBeenCalledTimes(2);
  });

  it("begins anew after all have left, and an old leave-taking does not touch the new ones", () => {
    const controller = new AbortController();
    const told: string[] = [];
    const old = onAbort(controller.signal, () => told.push("old"));
    old();
    onAbort(controller.signal, () => told.push("new"));
    old();
    expect(listenersOf(controller.signal)).toBe(1);
    controller.abort();
    expect(told).toEqual(["new"]);
  });

  it("calls nobody when the signal has aborted already, as addEventListener does", () => {
    const controller = new AbortController();
    const late = vi.fn<() => void>();
    onAbort(controller.signal, () => onAbort(controller.signal, late));
    controller.abort();
    onAbort(controller.signal, late)();
    expect([late.mock.calls.length, listenersOf(controller.signal)]).toEqual([0, 0]);
  });

  it("calls the others when one throws; its error becomes an uncaught exception, as EventTarget has it", async () => {
    const later: unknown[] = [];
    const nextTick = vi.spyOn(process, "nextTick").mockImplementation((then) => void later.push(then));
    const controller = new AbortController();
    const told: string[] = [];
    const broken = new Error("listener broke");
    onAbort(controller.signal, () => {
      throw broken;
    });
    onAbort(controller.signal, () => told.push("second"));
    controller.abort();
    nextTick.mockRestore();
    expect(told).toEqual(["second"]);
    expect(later).toHaveLength(1);
    expect(later[0]).toThrow(broken);
  });
});

describe("one signal for many", () => {
  const request = { provider: "p", account: "a", operation: "o", timeoutMs: 60_000 };

  /** Everything of ours that listens: a call, its sleeping hook, its linked attempt, an observer that takes its time. */
  function manyCalls(signal: AbortSignal, count: number) {
    const clock = createFakeClock();
    const chain = createHookChain({
      clock,
      hooks: [{ name: "audit", after: () => sleep(10, undefined, clock) }],
    });
    const calls = Array.from({ length: count }, () =>
      runCall(chain, { ...request, clock, signal }, (call) =>
        chain.run("attempt", call, async () => {
          const linked = linkSignals([call.signal, signal], 0, clock);
          await Promise.all([sleep(10, linked.signal, clock), sleep(10, signal, clock)]).finally(linked.release);
          return "answer";
        }),
      ),
    );
    return { clock, calls };
  }

  it("has one listener while any number of calls is under way, no warning, and none after them", async () => {
    const warnings: string[] = [];
    const note = (warning: Error): void => void warnings.push(warning.name);
    process.on("warning", note);
    try {
      const { signal } = new AbortController();
      const { clock, calls } = manyCalls(signal, 50);
      await clock.advance(5);
      expect(listenersOf(signal)).toBe(1);
      await clock.advance(100);
      expect(await Promise.all(calls)).toEqual(Array.from({ length: 50 }, () => "answer"));
      await new Promise((resolve) => setImmediate(resolve));
      expect([listenersOf(signal), warnings]).toEqual([0, []]);
    } finally {
      process.off("warning", note);
    }
  });

  it("ends all of them with its reason", async () => {
    const controller = new AbortController();
    const { clock, calls } = manyCalls(controller.signal, 50);
    const ended = Promise.allSettled(calls);
    await clock.advance(5);
    const reason = new Error("shutting down");
    controller.abort(reason);
    for (const end of await ended) expect(end).toEqual({ status: "rejected", reason });
    expect([listenersOf(controller.signal), clock.pending]).toEqual([0, 0]);
  });

  it("that lives long keeps nothing of those that came and went", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const { signal } = new AbortController();
    const gone: WeakRef<object>[] = [];
    const comeAndGo = (): void => {
      for (let n = 0; n < 100; n += 1) {
        const held = { bytes: new Uint8Array(1000) };
        gone.push(new WeakRef(held));
        onAbort(signal, () => void held.bytes)();
      }
    };
    // One who stays keeps the signal's listener on it all the time.
    const off = onAbort(signal, () => {});
    comeAndGo();
    await expect
      .poll(() => (collect(), gone.filter((ref) => ref.deref() !== undefined).length), { timeout: 5000 })
      .toBe(0);
    off();
    expect(listenersOf(signal)).toBe(0);
  });
});
