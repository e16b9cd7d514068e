// Runs every row of the catalogue of faults and writes one table: fault, expected, seen.
//
//   npm run faults                 all rows; the table goes to the terminal and to docs/faults.md
//   npm run faults -- A B4         some groups or rows; the table goes to the terminal alone

import { spawn } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Table from "cli-table3";
import { missingRows, type SeenRow, tableOf } from "./table.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const wanted = process.argv.slice(2);
const file = join(tmpdir(), `sluice-faults-${process.pid}.jsonl`);

const pattern =
  wanted.length === 0 ? [] : ["-t", `^(?:${wanted.map((id) => (/\d/.test(id) ? `${id} ` : id)).join("|")})`];
// A neighbour may take the processor for a second: a line that fails is tried once more, and the table says so.
const code = await run([
  "run",
  "test/faults",
  "--no-file-parallelism",
  "--retry",
  "1",
  "--reporter",
  "dot",
  ...pattern,
]);
const rows = readFileSync(file, "utf8")
  .trim()
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as SeenRow);
rmSync(file, { force: true });

const table = new Table({ head: ["", "fault", "expected", "seen"], colWidths: [6, 36, 48, 60], wordWrap: true });
const rowsShown = tableOf(rows);
for (const { id, fault, expected, seen, held } of rowsShown) table.push([held ? id : `${id} ✗`, fault, expected, seen]);
console.log(table.toString());
const broken = rowsShown.filter(({ held }) => !held).length;
const missing = wanted.length === 0 ? missingRows(rows) : [];
if (missing.length > 0) console.log(`Not in the table: ${missing.join(", ")}`);
console.log(`${rowsShown.length} lines, ${broken} broken`);
if (rowsShown.length === 0)
  console.log(`No row is named ${wanted.join(", ")}: say a group, such as B, or a row, such as B3`);
if (wanted.length === 0 && broken === 0) writeFileSync(join(root, "docs", "faults.md"), page(rows));
process.exitCode = rowsShown.length === 0 || code !== 0 || broken > 0 || missing.length > 0 ? 1 : 0;

function run(args: readonly string[]): Promise<number> {
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const env = { ...process.env, SLUICE_FAULTS: "all", SLUICE_FAULTS_FILE: file };
  writeFileSync(file, "");
  const child = spawn(process.execPath, [vitest, ...args], { cwd: root, env, stdio: "inherit" });
  return new Promise((resolve) => child.once("exit", (status) => resolve(status ?? 1)));
}

function page(seen: readonly SeenRow[]): string {
  const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");
  const lines = tableOf(seen).map(
    ({ id, fault, expected, seen: figure }) => `| ${[id, fault, expected, figure].map(cell).join(" | ")} |`,
  );
  return [
    "# Faults",
    "",
    "What can go wrong between a process, its limiter and the store, what must happen, and what was seen. Written by `npm run faults`,",
    `which provokes every row for real; these figures are of Node ${process.version} on ${process.platform}, one run.`,
    "",
    "| | fault | expected | seen |",
    "| --- | --- | --- | --- |",
    ...lines,
    "",
  ].join("\n");
}
