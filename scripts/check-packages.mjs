// Packs every package as it would be published, and checks the tarballs: what is in them, what publint and attw say, that
// optional peers stay optional, and that none outgrows its size budget. Run `npm run build` before.
//
//   node scripts/check-packages.mjs                   checks, and prints one table
//   node scripts/check-packages.mjs --write-budgets   sets the budgets to today's sizes and a tenth
//   node scripts/check-packages.mjs --root folder     the packages and budgets of another tree

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readText, writeText } from "./generated-files.mjs";
import { checkContents } from "./pack-check/contents.mjs";
import { runAttw, runPublint } from "./pack-check/linters.mjs";
import { checkOptionalPeers } from "./pack-check/optional-peers.mjs";
import { codeEntries, packAll, publishedPackages } from "./pack-check/published.mjs";
import { budgetsFor, checkSize } from "./pack-check/size-budget.mjs";
import { printTable } from "./pack-check/table.mjs";

const { values } = parseArgs({
  options: { root: { type: "string" }, "write-budgets": { type: "boolean", default: false } },
});
const root = resolve(values.root ?? fileURLToPath(new URL("..", import.meta.url)));
const budgetFile = join(root, "scripts/pack-check/size-budgets.json");

const packages = publishedPackages(root);
const unbuilt = packages.flatMap(codeEntries).filter(({ code, types }) => !existsSync(code) || !existsSync(types));
if (unbuilt.length > 0) {
  console.error(`not built: ${unbuilt.map(({ specifier }) => specifier).join(", ")}: run \`npm run build\``);
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), "sluice-pack-"));
try {
  const packed = packAll(packages, folder);
  if (values["write-budgets"]) writeText(budgetFile, `${JSON.stringify(budgetsFor(packed), undefined, 2)}\n`);
  const budgets = JSON.parse(readText(budgetFile) ?? "{}");
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

function share(size, most) {
  return most === undefined ? "-" : `${Math.round((100 * size) / most)} %`;
}
