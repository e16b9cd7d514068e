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
    const shedder = createLoadShedder({ maxEventLoopDelayMs: 150, sampleEveryMs: 20, onEvent });
    const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
    await rest(60);
    expect(events).toEqual([]);
    const untilMs = performance.now() + 400;
    while (performance.now() < untilMs);
    await rest(40);
    for (let n = 0; n < 50 && events.length < 2; n += 1) await rest(20);
    expect(events.slice(0, 2)).toEqual(["shedding-began", "shedding-ended"]);
    shedder.close();
  });

  it("costs next to nothing to ask", () => {
    const shedder = createLoadShedder();
    const startedMs = performance.now();
    for (let n = 0; n < 1e5; n += 1) shedder.check();
    expect((performance.now() - startedMs) * 10).toBeLessThan(1000);
    shedder.close();
  });
});
