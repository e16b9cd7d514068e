import { describe, expect, it } from "vitest";
import { manualClock } from "../clock.js";
import { contestedMeter, meterWithStranger } from "./contested-meter.js";
import { fixedMeter } from "./fixed-meter.js";
import { meterTable } from "./meter-table.js";
import { resetStamps } from "./reset-stamps.js";
import { slidingMeter } from "./sliding-meter.js";
import { createStranger } from "./stranger.js";

describe("a meter of fixed windows", () => {
  it("begins a window with the first request after the last one ended", () => {
    const meter = fixedMeter({ limit: 3, windowMs: 100 });
    expect(meter.read(10)).toEqual({ used: 0, resetMs: 110 });
    meter.take(2, 50);
    expect(meter.read(149)).toEqual({ used: 2, resetMs: 150 });
    expect([meter.freeAtMs(1, 149), meter.freeAtMs(2, 149)]).toEqual([149, 150]);
    expect(meter.read(150)).toEqual({ used: 0, resetMs: 250 });
    meter.take(1, 180);
    expect(meter.read(200)).toEqual({ used: 1, resetMs: 280 });
  });

  it("keeps to windows that begin at an anchor", () => {
    const meter = fixedMeter({ limit: 1, windowMs: 100, anchorMs: -30 });
    meter.take(1, 60);
    expect([meter.freeAtMs(1, 69), meter.freeAtMs(1, 70)]).toEqual([70, 70]);
    meter.take(1, 70);
    expect(meter.read(169)).toEqual({ used: 1, resetMs: 170 });
  });

  it("never has room for more than its limit", () => {
    expect(fixedMeter({ limit: 3, windowMs: 100 }).freeAtMs(4, 0)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("a sliding meter", () => {
  it("holds no more than the limit in any window, whatever the costs", () => {
    const meter = slidingMeter({ limit: 10, windowMs: 100 });
    meter.take(5, 0);
    meter.take(4, 40);
    expect([meter.freeAtMs(1, 50), meter.freeAtMs(2, 50), meter.freeAtMs(7, 50)]).toEqual([50, 100, 140]);
    expect(meter.read(99)).toEqual({ used: 9, resetMs: 140 });
    expect(meter.read(100).used).toBe(4);
    expect(meter.read(140)).toEqual({ used: 0, resetMs: 140 });
    expect(meter.freeAtMs(11, 140)).toBe(Number.POSITIVE_INFINITY);
  });

  it("does not remember what cost nothing", () => {
    const meter = slidingMeter({ limit: 1, windowMs: 100 });
    meter.take(0, 10);
    expect(meter.read(20)).toEqual({ used: 0, resetMs: 20 });
  });
});

describe("a contested meter", () => {
  it("counts what the rival took meanwhile, as far as there was room", () => {
    const times = [10, 20, 30, 110];
    const rival = (after: number, until: number) => times.filter((time) => time > after && time <= until);
    const meter = contestedMeter(fixedMeter({ limit: 2, windowMs: 100 }), 100, rival);
    expect(meter.read(15)).toEqual({ used: 1, resetMs: 110 });
    expect(meter.freeAtMs(1, 40)).toBe(110);
    expect(meter.read(109).used).toBe(2);
    expect(meter.read(110)).toEqual({ used: 1, resetMs: 210 });
  });

  it("with a stranger loses its share of the limit", () => {
    const clock = manualClock();
    const stranger = createStranger(clock);
    const settings = { limit: 3_600, windowMs: 3_600_000 };
    const meter = meterWithStranger(fixedMeter(settings), "core", settings, stranger);
    stranger.join(0.5);
    expect(meter.read(600_000).used).toBe(300);
  });
});

describe("a table of meters", () => {
  it("forgets idle meters when there are very many", () => {
    const table = meterTable();
    const make = () => fixedMeter({ limit: 1, windowMs: 100 });
    for (let key = 0; key <= 10_000; key += 1) table.get(String(key), 0, make).take(1, 0);
    table.get("busy", 99, make).take(1, 99);
    expect(table.size()).toBe(10_002);
    table.get("new", 60_099, make);
    expect(table.size()).toBe(1);
  });
});

describe("the stamp of a reset", () => {
  it("is rounded up to a second of real time, and stays while the window lasts", () => {
    const wall = manualClock(1_000_000);
    const stamps = resetStamps(wall, 10);
    expect(stamps.secondsOf("a", 60_000, 0)).toBe(1_006);
    wall.advance(1);
    expect(stamps.secondsOf("a", 60_000, 0)).toBe(1_006);
    expect(stamps.secondsOf("b", 60_000, 0)).toBe(1_007);
    expect(stamps.secondsOf("a", 120_000, 60_000)).toBe(1_007);
  });
});
