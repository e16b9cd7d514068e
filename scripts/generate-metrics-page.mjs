// Writes docs/metrics.md from the list of metrics in packages/telemetry, as built: run `npm run build` before.
//
//   node scripts/generate-metrics-page.mjs           writes the page
//   node scripts/generate-metrics-page.mjs --check   fails when the page is not what would be written

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { readArguments, readText, runGenerator, SourceError, writeText } from "./generated-files.mjs";
import { metricsPage } from "./metrics-page.mjs";

const built = join(readArguments().root, "packages/telemetry/dist/index.js");
const telemetry = await import(pathToFileURL(built)).catch((error) => error);

runGenerator(({ root, check }) => {
  if (telemetry instanceof Error)
    throw new SourceError(`${built} cannot be read, run \`npm run build\`: ${telemetry.message}`);
  const page = join(root, "docs/metrics.md");
  const text = metricsPage(telemetry.metricCatalogue, telemetry.labelCatalogue);
  if (readText(page) === text) return [];
  if (check) return ["docs/metrics.md: not what the list of metrics holds now: run `npm run generate`"];
  writeText(page, text);
  console.log("docs/metrics.md");
  return [];
});
