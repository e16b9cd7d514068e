// Compares what the tests have covered with what each package must have covered. Run `vitest run --coverage` before.
//
//   node scripts/check-coverage.mjs                       checks coverage/coverage-summary.json, and prints one table
//   node scripts/check-coverage.mjs --summary file.json   that of another run

import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readText } from "./generated-files.mjs";
import { printTable } from "./pack-check/table.mjs";

/** Part of the lines of each package that tests must run. */
const LEAST = 0.9;

const { values } = parseArgs({ options: { summary: { type: "string" }, root: { type: "string" } } });
const root = resolve(values.root ?? fileURLToPath(new URL("..", import.meta.url)));
const file = resolve(values.summary ?? `${root}/coverage/coverage-summary.json`);
const summary = readText(file);
if (summary === undefined) {
  console.error(`${file} is not there: run \`npm run coverage\`, which writes it`);
  process.exit(1);
}

const packages = new Map();
for (const [path, { lines, branches }] of Object.entries(JSON.parse(summary))) {
  const name = /^packages\/([^/]+)\/src\//.exec(relative(root, path).replaceAll("\\", "/"))?.[1];
  if (name === undefined) continue;
  const own = packages.get(name) ?? { files: 0, lines: 0, covered: 0, branches: 0, taken: 0 };
  packages.set(name, own);
  own.files += 1;
  own.lines += lines.total;
  own.covered += lines.covered;
  own.branches += branches.total;
  own.taken += branches.covered;
}
if (packages.size === 0) {
  console.error(`${file} tells of no package under ${root}/packages`);
  process.exit(1);
}

const rows = [...packages].toSorted(([one], [other]) => one.localeCompare(other, "en"));
printTable(
  ["package", "files", "lines", "lines run", "branches run"],
  rows.map(([name, own]) => [
    name,
    String(own.files),
    String(own.lines),
    percent(own.covered, own.lines),
    percent(own.taken, own.branches),
  ]),
);
const low = rows.filter(([, own]) => own.covered < LEAST * own.lines);
for (const [name, own] of low)
  console.error(`${name}: tests run ${percent(own.covered, own.lines)} of its lines, ${LEAST * 100} % are needed`);
process.exitCode = low.length === 0 ? 0 : 1;

function percent(part, whole) {
  return whole === 0 ? "-" : `${((100 * part) / whole).toFixed(1)} %`;
}
