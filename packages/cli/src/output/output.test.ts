import { describe, expect, it } from "vitest";
import { counted } from "./count.js";
import { printable } from "./printable.js";
import { facts, paint, table } from "./table.js";
import { duration, instant, readDuration } from "./time.js";

describe("what is printed", () => {
  it("escapes what would move the cursor, break the line or turn the writing round", () => {
    expect(printable("a\u001B[2Jb\nc\u202Ed\u0007\u2028")).toBe(String.raw`a\u001b[2Jb\u000ac\u202ed\u0007\u2028`);
    expect(printable("grün ✓ 日本")).toBe("grün ✓ 日本");
  });

  it("puts texts of whatever origin into one line of a table", () => {
    expect(
      table(
        ["name", { head: "n", align: "right" }],
        [
          ["a\nb", 1],
          ["c", 10],
        ],
      ),
    ).toBe(
      [
        "┌──────────┬────┐",
        "│ name     │  n │",
        "├──────────┼────┤",
        String.raw`│ a\u000ab │  1 │`,
        "│ c        │ 10 │",
        "└──────────┴────┘",
        "",
      ].join("\n"),
    );
  });

  it("colours after escaping, and leaves out what is not there", () => {
    expect(
      facts([
        ["a", paint((text) => `<${text}>`, "\u001B")],
        ["longer", 2],
        ["gone", undefined],
      ]),
    ).toBe("a       <\\u001b>\nlonger  2\n");
  });

  it("counts", () => {
    expect([counted(0, "process", "processes"), counted(1, "bucket"), counted(2, "bucket")]).toEqual([
      "0 processes",
      "1 bucket",
      "2 buckets",
    ]);
  });
});

describe("times", () => {
  it.each([
    ["90s", 90_000],
    ["10m", 600_000],
    ["2h30m", 9_000_000],
    ["1d", 86_400_000],
    ["1.5s", 1500],
    ["250ms", 250],
  ])("reads %s", (text, ms) => {
    expect(readDuration(text)).toBe(ms);
  });

  it.each(["", "10", "m", "-1s", "0s", "0h0m", "1 h", "1h!", "1w", "1e3s"])("does not read %j", (text) => {
    expect(() => readDuration(text)).toThrow("It must be a time such as 90s, 10m or 2h30m");
  });

  it.each([
    [0, "0.0s"],
    [1234, "1.2s"],
    [59_999, "59s"],
    [3_600_000, "1h"],
    [9_061_000, "2h 31m"],
    [90_000_000, "1d 1h"],
    [Number.POSITIVE_INFINITY, "no end"],
  ])("shows %d ms as %s", (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it("shows instants in UTC, and what is none as never", () => {
    expect(instant(1_795_268_573_048)).toBe("2026-11-21 13:42:53");
    expect(instant(Number.MAX_VALUE)).toBe("never");
  });
});
