import { describe, expect, it } from "vitest";
import { limitTable } from "./limit-table.js";
import { slidingWindow } from "./sliding-window.js";

const onePerMinute = () => slidingWindow(1);

describe("a limit table", () => {
  it("counts each key on its own", () => {
    const table = limitTable();
    expect(table.decide("a", 0, onePerMinute)).toEqual({ kind: "allowed" });
    expect(table.decide("b", 0, onePerMinute)).toEqual({ kind: "allowed" });
    expect(table.decide("a", 1_000, onePerMinute)).toEqual({ kind: "refused", waitMs: 59_000 });
  });

  it("forgets idle counters once there are more than ten thousand, and no busy one", () => {
    const table = limitTable();
    for (let key = 0; key < 10_000; key += 1) table.decide(`old ${key}`, 0, onePerMinute);
    table.decide("busy", 30_000, onePerMinute);
    expect(table.size()).toBe(10_001);
    table.decide("new", 65_000, onePerMinute);
    expect(table.size()).toBe(2);
    expect(table.decide("busy", 65_000, onePerMinute)).toEqual({ kind: "refused", waitMs: 25_000 });
  });
});
