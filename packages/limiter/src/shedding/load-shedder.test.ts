import { createCall, createHookChain } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { createLoadShedder, type LoadSample, type SheddingEvent } from "./load-shedder.js";

describe("a process that has too much to do", () => {
  it("refuses while the event loop is late or the heap nearly full, and stops a little below where it began", async () => {
    const clock = createFakeClock();
    let sample: LoadSample = { eventLoopDelayMs: 5, heapRatio: 0.3 };
    const events: SheddingEvent["type"][] = [];
    const shedder = createLoadShedder({ clock, sample: () => sample, onEvent: ({ type }) => void events.push(type) });
    const at = async (eventLoopDelayMs: number, heapRatio: number): Promise<boolean> => {
      sample = { eventLoopDelayMs, heapRatio };
      await clock.advance(100);
      return shedder.shedding;
    };
    expect(await at(100, 0.9)).toBe(false);
    expect(await at(101, 0.3)).toBe(true);
    expect(() => shedder.check()).toThrow(
      expect.objectContaining({ code: "PROCESS_OVERLOADED", reason: "event-loop", retryAfterMs: 100 }),
    );
    await expect(shedder.run(() => "work")).rejects.toMatchObject({ reason: "event-loop" });
    expect(await shedder.run(() => "vital", { priority: 1000 })).toBe("vital");
    expect(await at(81, 0.3)).toBe(true);
    expect(await at(80, 0.3)).toBe(false);
    expect(await at(5, 0.95)).toBe(true);
    expect(() => shedder.check()).toThrow(expect.objectContaining({ reason: "heap" }));
    expect(await at(5, 0.5)).toBe(false);
    expect(events).toEqual(["shedding-began", "shedding-ended", "shedding-began", "shedding-ended"]);
    shedder.close();
    await clock.advance(1000);
    expect(clock.pending).toBe(0);
  });

  it("sees a real event loop that is blocked, and that it is free again", async () => {
    const events: SheddingEvent["type"][] = [];
    const onEvent = ({ type }: SheddingEvent): void => void events.push(type);
    const startedMs = performance.now();
    // The heap is that of all tests in this process.
    const shedder = createLoadShedder({ maxEventLoopDelayMs: 150, maxHeapRatio: 1, sampleEveryMs: 20, onEvent });
    const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
    await rest(60);
    // Longer only if the machine has stalled.
    if (performance.now() - startedMs < 150) expect(events).toEqual([]);
    for (let n = 0; n < 500 && shedder.shedding; n += 1) await rest(20);
    events.length = 0;
    const untilMs = performance.now() + 400;
    while (performance.now() < untilMs);
    await rest(40);
    for (let n = 0; n < 500 && events.length < 2; n += 1) await rest(20);
    expect(events.slice(0, 2)).toEqual(["shedding-began", "shedding-ended"]);
    shedder.close();
  });

  it("keeps to its last judgement while the load cannot be told, says so once, and looks again", async () => {
    const clock = createFakeClock();
    const warnings: string[] = [];
    const onWarning = ({ message }: Error): void => void warnings.push(message);
    process.on("warning", onWarning);
    const load: { sample?: LoadSample } = {};
    const sample = (): LoadSample => {
      if (load.sample === undefined) throw new Error("the probe is broken");
      return load.sample;
    };
    const shedder = createLoadShedder({ clock, sample });
    expect(shedder.shedding).toBe(false);
    load.sample = { eventLoopDelayMs: 500, heapRatio: 0.3 };
    await clock.advance(100);
    expect(shedder.shedding).toBe(true);
    delete load.sample;
    await clock.advance(1000);
    expect(shedder.shedding).toBe(true);
    load.sample = { eventLoopDelayMs: 5, heapRatio: 0.3 };
    await clock.advance(100);
    expect(shedder.shedding).toBe(false);
    // Warnings are told in a later turn.
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", onWarning);
    expect(warnings).toEqual([expect.stringContaining("the probe is broken")]);
    shedder.close();
    expect(clock.pending).toBe(0);
  });

  it("says what there is too much of, and how much", async () => {
    const clock = createFakeClock();
    let sample: LoadSample = { eventLoopDelayMs: 250.04, heapRatio: 0.3 };
    const shedder = createLoadShedder({ clock, sample: () => sample });
    expect(() => shedder.check()).toThrow("the event loop is 250.0 ms late, 100 ms may be; retry after 100 ms");
    sample = { eventLoopDelayMs: 5, heapRatio: 0.954 };
    await clock.advance(100);
    expect(() => shedder.check()).toThrow("95.4 % of the heap is used, 90.0 % may be; retry after 100 ms");
    // It ends at four fifths of what began it.
    sample = { eventLoopDelayMs: 5, heapRatio: 0.73 };
    await clock.advance(100);
    expect(shedder.shedding).toBe(true);
    sample = { eventLoopDelayMs: 5, heapRatio: 0.71 };
    await clock.advance(100);
    expect(shedder.shedding).toBe(false);
    shedder.close();
  });

  it("is a hook at the call stage, which spares what is urgent", async () => {
    const clock = createFakeClock();
    const shedder = createLoadShedder({ clock, sample: () => ({ eventLoopDelayMs: 500, heapRatio: 0.3 }) });
    const hook = shedder.hook();
    expect([hook.name, hook.stage, shedder.hook("mine").name]).toEqual(["load-shedding", "call", "mine"]);
    const chain = createHookChain({ hooks: [hook] });
    const send = (priority: number): Promise<string> =>
      chain.run("call", createCall({ provider: "p", account: "a", operation: "o", priority }), async () => "sent");
    await expect(send(999)).rejects.toMatchObject({ code: "PROCESS_OVERLOADED", reason: "event-loop" });
    expect(await send(1000)).toBe("sent");
    shedder.close();
  });

  it("costs next to nothing to ask", () => {
    const shedder = createLoadShedder({ maxHeapRatio: 1 });
    // The best of several rounds: neighbours only ever make it slower.
    const rounds = Array.from({ length: 5 }, () => {
      const startedMs = performance.now();
      for (let n = 0; n < 1e5; n += 1) shedder.check();
      return performance.now() - startedMs;
    });
    expect(Math.min(...rounds) * 10).toBeLessThan(1000);
    shedder.close();
  });
});
