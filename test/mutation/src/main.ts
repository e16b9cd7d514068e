// npm run mutation: puts mutants into core and limiter, and counts those that the tests notice. `-- --package limiter --files waiting`
// runs a part. Results go into test/mutation/results.json and docs/mutation.md; ends with 1 below the least score.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chooseParts } from "./choose-parts.js";
import { page, percent } from "./page.js";
import { runPart } from "./run-part.js";
import { LEAST_SCORE, score, total, withPart, type FileResult, type Summary } from "./summary.js";

const summaryFile = "test/mutation/results.json";
process.chdir(fileURLToPath(new URL("../../../", import.meta.url)));

const sourceFolder = (name: string): string => `packages/${name}/src`;
const chosen = chooseParts(process.argv.slice(2), (name) =>
  readdirSync(sourceFolder(name), { recursive: true, encoding: "utf8" }),
);
if ("problem" in chosen) {
  process.stderr.write(`${chosen.problem}\n`);
  process.exit(2);
}

const digestOf = (name: string, file: string): string =>
  createHash("sha256")
    .update(readFileSync(`${sourceFolder(name)}/${file}`))
    .digest("hex")
    .slice(0, 12);

for (const [index, part] of chosen.parts.entries()) {
  const name = `${part.package}/${part.folder}`;
  process.stderr.write(`[${index + 1}/${chosen.parts.length}] ${name} …\n`);
  const origin = {
    tests: chosen.tests,
    day: new Date().toISOString().slice(0, 10),
    version: execFileSync("git", ["describe", "--always", "--dirty", "--exclude", "*"], { encoding: "utf8" }).trim(),
  };
  const sources = new Map(part.files.map((file) => [file, digestOf(part.package, file)]));
  const results = await runPart(part, chosen.tests, chosen.concurrency);
  const found = [...results].map(([file, counts]): [string, FileResult] => [
    file,
    { ...counts, ...origin, source: sources.get(file) ?? "" },
  ]);
  const summary = record(part.package, Object.fromEntries(found));
  process.stderr.write(`${name}: ${percent(score(total(Object.fromEntries(found))))}\n`);
  if (index === chosen.parts.length - 1) report(summary);
}

/** Writes what is known by now. */
function record(name: string, results: Record<string, FileResult>): Summary {
  const before = existsSync(summaryFile) ? (JSON.parse(readFileSync(summaryFile, "utf8")) as Summary) : {};
  const summary = withPart(before, name, results, (file) => existsSync(`${sourceFolder(name)}/${file}`));
  writeFileSync(summaryFile, `${JSON.stringify(summary, undefined, 2)}\n`);
  writeFileSync("docs/mutation.md", page(summary, digestOf));
  return summary;
}

/** The score of each package, put together from all its parts. */
function report(summary: Summary): void {
  for (const [name, files] of Object.entries(summary)) {
    const value = score(total(files)) ?? 0;
    process.stdout.write(`${name}: ${percent(value)} of the mutants noticed\n`);
    if (value < LEAST_SCORE) process.exitCode = 1;
  }
}
