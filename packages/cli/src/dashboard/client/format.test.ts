import { describe, expect, it } from "vitest";
import { clockTime, counted, figure, fullTime, isoTime, percent, rate, span, visible } from "./format.js";

describe("figures on the page", () => {
  it.each([
    [0, "0"],
    [0.0004, "<0.01"],
    [0.254, "0.25"],
    [9.96, "10"],
    [12.34, "12.3"],
    [100, "100"],
    [4210.4, "4,210"],
    [1_234_567, "1.2M"],
  ])("%d is %s", (value, text) => expect(figure(value)).toBe(text));

  it("gives a rate in the unit in which it is at least one", () => {
    expect([rate(50), rate(0.05), rate(0.001)]).toEqual(["50/s", "3/min", "3.6/h"]);
  });

  it.each([
    [-5, "0.0 s"],
    [1234, "1.2 s"],
    [45_900, "45 s"],
    [9_000_000, "2 h 30 min"],
    [90_061_000, "1 d 1 h"],
    [3_600_000, "1 h"],
  ])("%d ms are %s", (ms, text) => expect(span(ms)).toBe(text));

  it("has a time for everything that may stand in an entry", () => {
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, 1e300, -1e300]) {
      expect(isoTime(odd)).toBe("1970-01-01T00:00:00.000Z");
      expect([clockTime(odd), fullTime(odd)]).toEqual([clockTime(0), fullTime(0)]);
    }
    expect(isoTime(1_700_000_000_000)).toBe("2023-11-14T22:13:20.000Z");
  });

  it("counts one and many", () => {
    expect([counted(1, "entry", "entries"), counted(2, "entry", "entries"), percent(0.256)]).toEqual([
      "1 entry",
      "2 entries",
      "26%",
    ]);
  });

  it("shows what would not show, or would turn the direction of what follows", () => {
    expect(visible("a\u202Eb\u0000c\nd\u200B")).toBe("a\\u202eb\\u0000c\\u000ad\\u200b");
    expect(visible("müller 日本 🙂")).toBe("müller 日本 🙂");
  });
});
