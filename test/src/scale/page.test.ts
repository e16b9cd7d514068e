import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { charts } from "./report/charts.js";
import { fillPage } from "./report/page.js";
import { parts } from "./report/parts.js";
import { svgChart } from "./report/svg-chart.js";
import type { ScaleResults } from "./results.js";

const docs = new URL("../../../docs/", import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, docs), "utf8");
const results = JSON.parse(read("scale/scale.json")) as ScaleResults;

it("the page shows the figures of scale.json, and no others", () => {
  const page = read("scale.md");
  expect(page).toBe(fillPage(page, parts(results)));
});

it("the plots show the figures of scale.json, and none is left over", () => {
  const drawn = charts(results).map((chart) => [`${chart.name}.svg`, svgChart(chart)] as const);
  for (const [file, svg] of drawn) expect(read(`scale/${file}`), file).toBe(svg);
  const files = readdirSync(new URL("scale/", docs)).filter((file) => file.endsWith(".svg"));
  expect(files.toSorted()).toEqual(drawn.map(([file]) => file).toSorted());
});

it("titles fit their plots", () => {
  for (const { title } of charts(results)) expect(title.length, title).toBeLessThanOrEqual(110);
});
