// Packs every package as it would be published, and checks the tarballs: what is in them, what publint and attw say, that
// optional peers stay optional, and that none outgrows its size budget. Run `npm run build` before.
//
//   node scripts/check-packages.mjs                   checks, and prints one table
//   node scripts/check-packages.mjs --write-budgets   sets budgets to today's sizes and a tenth, for packages that have none
//   node scripts/check-packages.mjs --write-budgets core slack
//                                                     for these packages too, although they have one
//   node scripts/check-packages.mjs --root folder     the packages and budgets of another tree

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readText, writeText } from "./generated-files.mjs";
import { checkContents } from "./pack-check/contents.mjs";
import { checkMetadata } from "./pack-check/metadata.mjs";
import { runAttw, runPublint } from "./pack-check/linters.mjs";
import { checkOptionalPeers } from "./pack-check/optional-peers.mjs";
import { codeEntries, packAll, publishedPackages } from "./pack-check/published.mjs";
import { budgetsFor, checkSize } from "./pack-check/size-budget.mjs";
import { printTable } from "./pack-check/table.mjs";

const { values, positionals } = parseArgs({
  options: { root: { type: "string" }, "write-budgets": { type: "boolean", default: false } },
  allowPositionals: true,
});
const root = resolve(values.root ?? fileURLToPath(new URL("..", import.meta.url)));
const budgetFile = join(root, "scripts/pack-check/size-budgets.json");

const packages = publishedPackages(root);
if (positionals.length > 0 && !values["write-budgets"])
  fail(`packages are named for --write-budgets only: ${positionals.join(" ")}`);
const named = positionals.map(
  (text) => packages.find(({ name, manifest }) => [name, manifest.name].includes(text))?.name,
);
if (named.includes(undefined)) {
  const known = packages.map(({ name }) => name).join(", ");
  fail(`no package is called ${positionals[named.indexOf(undefined)]}: it may be ${known}`);
}
const unbuilt = packages.flatMap(codeEntries).filter(({ code, types }) => !existsSync(code) || !existsSync(types));
if (unbuilt.length > 0) {
  const specifiers = unbuilt.map(({ specifier }) => specifier).join(", ");
  fail(`not built: ${specifiers}: run \`npm run build\`; is it in the references of tsconfig.json?`);
}

const folder = mkdtempSync(join(tmpdir(), "sluice-pack-"));
try {
  const packed = packAll(packages, folder);
  let budgets = JSON.parse(readText(budgetFile) ?? "{}");
  if (values["write-budgets"]) {
    budgets = budgetsFor(packed, budgets, named);
    writeText(budgetFile, `${JSON.stringify(budgets, undefined, 2)}\n`);
  }
  const rows = await inPairs(packed, (one) => check(one, budgets));
  printTable(
    [
      "package",
      "entries",
      "files",
      "tarball",
      "of budget",
      "unpacked",
      "of budget",
      "metadata",
      "contents",
      "peers",
      "publint",
      "attw",
      "size",
    ],
    rows.map(({ cells }) => cells),
  );
  const complaints = rows.flatMap((row) => row.complaints);
  for (const complaint of complaints) console.error(complaint);
  if (complaints.length > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function check(one, budgets) {
  const results = [
    checkMetadata(one),
    checkContents(one),
    checkOptionalPeers(one),
    await runPublint(one),
    await runAttw(one),
    checkSize(one, budgets),
  ];
  const { packedBytes, unpackedBytes } = one;
  return {
    cells: [
      one.manifest.name,
      codeEntries(one).length,
      one.files.length,
      packedBytes,
      share(packedBytes, budgets[one.name]?.packedBytes),
      unpackedBytes,
      share(unpackedBytes, budgets[one.name]?.unpackedBytes),
      ...results.map((complaints) => (complaints.length === 0 ? "ok" : `${complaints.length} wrong`)),
    ],
    complaints: results.flat().map((complaint) => `${one.manifest.name}: ${complaint}`),
  };
}

/** Two at a time: attw compiles, and a machine has few cores. */
async function inPairs(items, work) {
  const results = [];
  const next = items.entries();
  const worker = async () => {
    for (const [index, item] of next) results[index] = await work(item);
  };
  await Promise.all([worker(), worker()]);
  return results;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

function share(size, most) {
  return most === undefined ? "-" : `${Math.round((100 * size) / most)} %`;
}
