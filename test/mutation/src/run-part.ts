import { Stryker } from "@stryker-mutator/core";
import { join, relative } from "node:path";
import type { Part, Tests } from "./choose-parts.js";
import { countMutants, type Counts } from "./summary.js";

/** Runs Stryker over a part, from the root of the repository. Shows progress, and says what survived. */
export async function runPart(part: Part, tests: Tests, concurrency: number): Promise<Map<string, Counts>> {
  const source = `packages/${part.package}/src`;
  const report = `reports/mutation/${part.package}-${part.folder || "src"}`;
  // For the order of the tests: see vitest.config.ts.
  process.env["MUTATED_FOLDER"] = part.folder;
  const mutants = await new Stryker({
    configFile: "test/mutation/stryker.config.json",
    mutate: part.files.map((file) => `${source}/${file}`),
    concurrency,
    vitest: { dir: tests === "beside" ? `${source}/${part.folder}` : source },
    incrementalFile: `${report}.incremental.json`,
    htmlReporter: { fileName: `${report}.html` },
    jsonReporter: { fileName: `${report}.json` },
  }).runMutationTest();
  const fileOf = ({ fileName }: { readonly fileName: string }): string =>
    relative(join(process.cwd(), source), fileName);
  return new Map(
    part.files.flatMap((file) => {
      const counts = countMutants(mutants.filter((mutant) => fileOf(mutant) === file));
      return counts === undefined ? [] : [[file, counts] as const];
    }),
  );
}
