import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { charts } from "./report/charts.js";
import { fillPage } from "./report/page.js";
import { parts } from "./report/parts.js";
import { svgChart } from "./report/svg-chart.js";
import { type ScaleResults, toJson } from "./results.js";

/** Writes the figures, the plots, and the generated parts of the page, all under `docs`. */
export function writeResults(docs: string, found: ScaleResults): void {
  const json = toJson(found);
  // What is shown is what is in the file, digit by digit.
  const results = JSON.parse(json) as ScaleResults;
  const page = join(docs, "scale.md");
  const filled = fillPage(readFileSync(page, "utf8"), parts(results));
  mkdirSync(join(docs, "scale"), { recursive: true });
  writeFileSync(join(docs, "scale", "scale.json"), json);
  for (const chart of charts(results)) writeFileSync(join(docs, "scale", `${chart.name}.svg`), svgChart(chart));
  writeFileSync(page, filled);
}
