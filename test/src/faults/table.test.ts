import { describe, expect, it } from "vitest";
import { missingRows, type SeenRow, tableOf } from "./table.js";

const row = (id: string, held = true, seen = "0 late"): SeenRow => ({
  id,
  fault: "a cut",
  expected: "none",
  seen,
  held,
});

describe("the table of faults", () => {
  it("has the catalogue's order, numbers as numbers", () => {
    expect(tableOf([row("B2"), row("A10"), row("A9")]).map(({ id }) => id)).toEqual(["A9", "A10", "B2"]);
  });

  it("shows the last try of a line, and what came of the first", () => {
    expect(tableOf([row("A1", false, "176 ms late"), row("A1")])).toEqual([
      { ...row("A1"), seen: "0 late (second try; first: 176 ms late)" },
    ]);
    expect(tableOf([row("A1", false), row("A1", false)])[0]?.held).toBe(false);
  });

  it("misses rows that nobody provoked", () => {
    const missing = missingRows([row("A1"), row("F17")]);
    expect(missing).toHaveLength(19 + 17 + 13 + 9 + 18 + 17 - 2);
    expect(missing).not.toContain("A1");
    expect(missing[0]).toBe("A2");
  });
});
