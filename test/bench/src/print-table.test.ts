import { expect, it } from "vitest";
import { printTable } from "./print-table.js";

it("puts texts to the left, numbers to the right, and says what was promised", () => {
  const text = printTable({
    title: "How long?",
    columns: ["who", "µs"],
    rows: [
      ["one", undefined],
      ["another", 1234.5],
      ["a third", 0.12345],
    ],
    notes: ["Medians."],
    promises: [
      { text: "short", kept: true },
      { text: "shorter", kept: false },
      { text: "shortest", kept: undefined },
    ],
  });
  expect(text.split("\n")).toEqual([
    "How long?",
    "",
    "who         µs",
    "-------  -----",
    "one          –",
    "another   1235",
    "a third  0.123",
    "Medians.",
    "promise: short: kept",
    "promise: shorter: BROKEN",
    "promise: shortest: not measured",
    "",
  ]);
});

it("shows three digits that count, whole numbers as they are, and no figure as a dash", () => {
  const shown = (value: number): string =>
    printTable({ title: "", columns: ["x"], rows: [[value]] }).split("\n")[4] ?? "";
  expect(
    [0, 7, 12_345, 99.96, 1.234, -0.5, Number.NaN, Number.POSITIVE_INFINITY].map((value) => shown(value).trim()),
  ).toEqual(["0", "7", "12345", "100.0", "1.23", "-0.500", "–", "∞"]);
});
