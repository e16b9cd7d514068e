// Writes what each entry of each package exports, as text, into packages/<package>/api/: a change of the public surface is seen in the
// diff of the commit that makes it. Reads the built types: run `npm run build` before.
//
//   node scripts/generate-api-reports.mjs                 writes the reports
//   node scripts/generate-api-reports.mjs --check         fails when a report is not what would be written
//   node scripts/generate-api-reports.mjs --root folder   the packages of another tree

import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { readText, runGenerator, SourceError, writeText } from "./generated-files.mjs";
import { apiReports } from "./pack-check/api-report.mjs";
import { codeEntries, publishedPackages } from "./pack-check/published.mjs";

runGenerator(({ root, check }) => {
  const packages = publishedPackages(root);
  const entries = packages.flatMap((one) => codeEntries(one).map((entry) => ({ ...entry, folder: one.folder })));
  const unbuilt = entries.filter(({ types }) => !existsSync(types)).map(({ specifier }) => specifier);
  if (unbuilt.length > 0) throw new SourceError(`not built: ${unbuilt.join(", ")}: run \`npm run build\``);

  const temporary = mkdtempSync(join(tmpdir(), "sluice-api-"));
  try {
    const wanted = new Map(apiReports(entries, temporary).map(({ file, text }) => [file, text]));
    const left = packages.flatMap(({ folder }) => reportsIn(folder)).filter((file) => !wanted.has(file));
    const stale = [...wanted].filter(([file, text]) => readText(file) !== text);
    if (check) {
      const why = "run `npm run generate:api` and commit it with the change";
      return [
        ...stale.map(([file]) => `${relative(root, file)}: not what the package exports now: ${why}`),
        ...left.map((file) => `${relative(root, file)}: the entry is gone: ${why}`),
      ];
    }
    for (const [file, text] of stale) {
      writeText(file, text);
      console.log(relative(root, file));
    }
    for (const file of left) rmSync(file);
    return [];
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
});

function reportsIn(folder) {
  const api = join(folder, "api");
  if (!existsSync(api)) return [];
  return readdirSync(api)
    .filter((name) => name.endsWith(".api.md"))
    .map((name) => join(api, name));
}
