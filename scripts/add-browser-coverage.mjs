// Adds what a browser has run of the pages' modules to what the tests have run in Node.
//
//   node scripts/add-browser-coverage.mjs --seen folder   rewrites coverage/coverage-summary.json

import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { convert } from "ast-v8-to-istanbul";
import istanbul from "istanbul-lib-coverage";
import { parseAstAsync } from "vitest/node";
import { readText, writeText } from "./generated-files.mjs";

/** Where a page's modules lie, by the folder of their address. */
const pages = { "/client/": "packages/cli/dist/dashboard/client" };

const { values } = parseArgs({ options: { seen: { type: "string" }, root: { type: "string" } } });
const root = resolve(values.root ?? fileURLToPath(new URL("..", import.meta.url)));
const seen = resolve(values.seen ?? `${root}/test-results/browser-coverage`);
const file = `${root}/coverage/coverage-summary.json`;

const run = istanbul.createCoverageMap({});
for (const dump of existsSync(seen) ? readdirSync(seen) : [])
  for (const script of JSON.parse(readText(join(seen, dump)))) {
    const module = moduleOf(new URL(script.url).pathname);
    if (module !== undefined) run.merge(await istanbulOf(module, script));
  }

const summary = JSON.parse(readText(file));
for (const path of run.files()) {
  const browser = run.fileCoverageFor(path).toSummary().toJSON();
  // Hardly anything runs in both; of what does, the more thorough of the two counts.
  if (browser.lines.covered > (summary[path]?.lines.covered ?? 0)) summary[path] = browser;
}
writeText(file, JSON.stringify(summary));
console.log(`${run.files().length} modules ran in a browser`);

function moduleOf(path) {
  for (const [address, folder] of Object.entries(pages))
    if (path.startsWith(address)) return join(root, folder, basename(path));
  return undefined;
}

async function istanbulOf(module, { source, url, functions }) {
  const sourceMap = JSON.parse(readText(`${module}.map`));
  sourceMap.sources = sourceMap.sources.map((name) => resolve(dirname(module), name));
  const coverage = { scriptId: "0", url: `file://${module}`, functions };
  return convert({ ast: parseAstAsync(source), code: source, wrapperLength: 0, coverage, sourceMap, url });
}
