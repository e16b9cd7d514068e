import { counted, LEAST_SCORE, score, total, type Counts, type FileResult, type Summary } from "./summary.js";

/** The text of docs/mutation.md. `sourceOf` gives the digest that a file has now. */
export function page(summary: Summary, sourceOf: (name: string, file: string) => string): string {
  const packages = Object.entries(summary).map(([name, files]) => ({ name, files, all: total(files) }));
  const overview = table(
    ["package", "files", ...countHeads],
    packages.map(({ name, files, all }) => [`\`${name}\``, String(Object.keys(files).length), ...countCells(all)]),
    1,
  );
  const tables = packages.map(({ name, files }) => {
    const rows = Object.entries(files).map(([file, result]) => fileRow(file, result, sourceOf(name, file)));
    return `## ${name}\n\n${table(["file", ...countHeads, "tests", "run on", "version"], rows, 1, countHeads.length)}`;
  });
  return [head, overview, ...tables].join("\n\n") + "\n";
}

const countHeads = ["mutants", "killed", "timed out", "survived", "not covered", "left out", "score"];

const head = `# Tests of the tests

Small faults are put into \`core\` and \`limiter\`, one after another: a condition turned round, a line taken out, a \`<\` that becomes \`<=\`. Each
of these mutants must be noticed by a test. The score is the share that is; below ${LEAST_SCORE} % the run fails.

\`\`\`sh
npm run mutation -- --package limiter --files waiting     # one folder, or a file: retry/retry.ts; each as often as wanted
npm run mutation -- --files algorithms --tests beside     # only the tests in the same folder: minutes, not hours
npm run mutation -- --package core --concurrency 1        # a whole package, on one core; 2 unless told
npm run mutation                                          # all of it
\`\`\`

[Stryker](https://stryker-mutator.io) makes the mutants and runs the package's own tests that need no Redis, for each mutant only those
that reach it. Every folder is a run of its own, and this page and \`test/mutation/results.json\` are written after each, so a full run may
be put together from parts: a file shows its last run. With \`--tests beside\` only the tests in the mutated folder run, so the score is the
least it can be; \`--tests all\` after that runs the rest for those that survived. What was noticed is remembered in \`reports/mutation\` as
long as source and test file stay as they are; without that folder all is counted anew. What survived, and where, is said at the end of a
part and shown there. Some tests run on a real clock: a machine that does nothing else gives the truest figures.

- **Killed**: a test failed. **Timed out**: the tests did not end, which is noticed as well. **Survived**: all passed. **Not covered**: no test
  of the package without Redis gets there. Some that survive change nothing that could be seen; they count as survived all the same.
- **Left out** of the score: texts, for most are prose for people, and the others are names that the compiler checks; what runs only while a
  module is loaded, for each would need all tests; mutants that cannot be loaded. Not looked at: types, \`index.ts\`, generated files and the
  tools for tests in \`testing/\`.
- **Version** is the commit, \`-dirty\` where files had been changed since. A star says that the source is another now.`;

function fileRow(file: string, result: FileResult, sourceNow: string): string[] {
  const changed = result.source === sourceNow ? "" : " \\*";
  return [`\`${file}\``, ...countCells(result), result.tests, result.day, `${result.version}${changed}`];
}

function countCells(counts: Counts): string[] {
  const { killed, timedOut, survived, notCovered, ignored } = counts;
  return [...[counted(counts), killed, timedOut, survived, notCovered, ignored].map(String), percent(score(counts))];
}

/** A score as it is printed. */
export function percent(value: number | undefined): string {
  return value === undefined ? "–" : `${value.toFixed(1)} %`;
}

/** A padded Markdown table; `numbers` columns from `first` on stand to the right. */
function table(heads: readonly string[], rows: readonly string[][], first: number, numbers = heads.length): string {
  const widths = heads.map((title, index) => Math.max(3, title.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const right = (index: number): boolean => index >= first && index < first + numbers;
  const line = (cells: readonly string[]): string => {
    const padded = cells.map((cell, index) =>
      right(index) ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0),
    );
    return `| ${padded.join(" | ")} |`;
  };
  const rule = widths.map((width, index) => (right(index) ? `${"-".repeat(width - 1)}:` : "-".repeat(width)));
  return [line(heads), line(rule), ...rows.map(line)].join("\n");
}
