// The list of metrics as built, and what both generators do with the files they write.

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { readText, SourceError, writeText } from "../../../scripts/generated-files.mjs";

/** The built package; an Error when it cannot be read, to be told by `catalogueOf`. */
export async function importTelemetry(root) {
  return import(pathToFileURL(join(root, "packages/telemetry/dist/index.js"))).catch((error) => error);
}

/** The lists of metrics and labels. */
export function catalogueOf(telemetry) {
  if (telemetry instanceof Error)
    throw new SourceError(`packages/telemetry/dist cannot be read, run \`npm run build\`: ${telemetry.message}`);
  return [telemetry.metricCatalogue, telemetry.labelCatalogue];
}

/** Writes what differs, or with `check` complains about it. */
export function bring(files, { root, check }) {
  const stale = Object.entries(files).filter(([file, text]) => readText(join(root, file)) !== text);
  if (check) return stale.map(([file]) => `${file} is stale: run \`npm run generate\` and commit the result`);
  for (const [file, text] of stale) {
    writeText(join(root, file), text);
    console.log(file);
  }
  return [];
}
