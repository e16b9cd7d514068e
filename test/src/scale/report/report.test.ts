import { describe, expect, it } from "vitest";
import { capacityOf } from "./capacity.js";
import { markdownTable } from "./markdown-table.js";
import { percent, short, time } from "./numbers.js";
import { fillPage } from "./page.js";
import { type Chart, svgChart } from "./svg-chart.js";

describe("a page", () => {
  const page =
    "before\n\n<!-- scale: one -->\nold\n<!-- /scale -->\n\nbetween\n\n<!-- scale: two -->\n<!-- /scale -->\n\nafter\n";

  it("has its parts replaced and keeps what is around them, however often", () => {
    const parts = new Map([
      ["one", "first $& part"],
      ["two", "second"],
    ]);
    const filled = fillPage(page, parts);
    expect(filled).toBe(
      "before\n\n<!-- scale: one -->\n\nfirst $& part\n\n<!-- /scale -->\n\nbetween\n\n<!-- scale: two -->\n\nsecond\n\n<!-- /scale -->\n\nafter\n",
    );
    expect(fillPage(filled, parts)).toBe(filled);
  });

  it("is refused when it lacks a part or has one that nobody generates", () => {
    expect(() => fillPage(page, new Map([["one", ""]]))).toThrow(/nothing is generated for the part "two"/);
    const three = new Map(["one", "two", "three"].map((name) => [name, ""]));
    expect(() => fillPage(page, three)).toThrow(/no part "three"/);
  });
});

describe("a chart", () => {
  const chart: Chart = {
    name: "any",
    title: "Waits < 5 & more",
    subtitle: "of some",
    kind: "line",
    xName: "processes",
    categories: ["1", "2"],
    yName: "milliseconds",
    yScale: "log",
    series: [{ name: "found", values: [1, undefined] }],
  };

  it("is drawn with its title, axes and series on a light ground, the same each time", () => {
    const svg = svgChart(chart);
    for (const text of ["Waits &lt; 5 &amp; more", "of some", "processes", "milliseconds", "found", 'fill="#ffffff"'])
      expect(svg).toContain(text);
    svgChart({ ...chart, kind: "bar" });
    expect(svgChart(chart)).toBe(svg);
  });
});

describe("what a node carries", () => {
  const shape = { name: "any", commandsPerSecond: 1, unitsPerSecond: 1, processorUs: 50, scriptUs: 40 };
  const measured = {
    shapes: [shape],
    debits: [
      { debits: 0, scriptUs: 40 },
      { debits: 100, scriptUs: 240 },
    ],
  };

  it("is less when commands find debits ahead, in proportion between what was measured", () => {
    expect(capacityOf({ commandsPerGrant: 0.25, debitsAhead: 0 }, measured)).toMatchObject({
      commandUs: 50,
      commandsPerSecond: 20_000,
      grantsPerSecond: 80_000,
    });
    expect(capacityOf({ commandsPerGrant: 1, debitsAhead: 50 }, measured)?.commandUs).toBe(150);
  });

  it("is not known beyond what was measured", () => {
    expect(capacityOf({ commandsPerGrant: 1, debitsAhead: 101 }, measured)).toBeUndefined();
  });
});

describe("figures", () => {
  it("are shown with three digits, or all before the point", () => {
    expect([short(0.123456), short(12.345), short(12345.6), short(0), short(undefined)]).toEqual([
      "0.123",
      "12.3",
      "12,346",
      "0",
      "–",
    ]);
    expect([percent(0.99951), time(0.0123), time(12), time(20_600), time(undefined)]).toEqual([
      "99.95 %",
      "12.3 µs",
      "12 ms",
      "20.6 s",
      "–",
    ]);
  });

  it("stand in tables as the formatter pads them", () => {
    expect(
      markdownTable(
        ["a", "number"],
        [
          ["long name", "1"],
          ["b", "2,000"],
        ],
      ),
    ).toBe("| a         | number |\n| --------- | -----: |\n| long name |      1 |\n| b         |  2,000 |");
  });
});
