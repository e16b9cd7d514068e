import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { runScript } from "./run-script.js";
import { scratchTree } from "./scratch-tree.js";

const folder = "packages/cli/dist/dashboard/client";
const real = (name: string): string => readFileSync(new URL(`../../${folder}/${name}`, import.meta.url), "utf8");

/** What a browser says that it has run: all of a module but for a function. */
function dumpOf(source: string, idle: string): string {
  const startOffset = source.indexOf(idle);
  const whole = { startOffset: 0, endOffset: source.length, count: 1 };
  const part = { startOffset, endOffset: source.lastIndexOf("}") + 1, count: 0 };
  return JSON.stringify([
    {
      url: "http://127.0.0.1:4000/client/sse.js",
      source,
      functions: [
        { functionName: "", isBlockCoverage: true, ranges: [whole] },
        { functionName: "some", isBlockCoverage: true, ranges: [idle === "" ? whole : part] },
      ],
    },
    { url: "http://127.0.0.1:4000/uplot.js", source: "1", functions: [] },
  ]);
}

/** A program is started four times. */
const slow = { timeout: 60_000 };

test("what browsers have run of a page's modules is added up, and counts where Node has run less", slow, async () => {
  const tree = scratchTree();
  const source = real("sse.js");
  tree.write(`${folder}/sse.js.map`, real("sse.js.map"));
  const path = `${tree.path}/packages/cli/src/dashboard/client/sse.ts`;
  const other = { lines: { total: 9, covered: 9 } };
  const covered = async (): Promise<unknown> => {
    tree.write(
      "coverage/coverage-summary.json",
      JSON.stringify({ [path]: { lines: { total: 11, covered: 2 } }, other }),
    );
    const args = ["--root", tree.path, "--seen", `${tree.path}/seen`];
    expect(await runScript("scripts/add-browser-coverage.mjs", args)).toMatchObject({ exitCode: 0 });
    const summary = JSON.parse(readFileSync(`${tree.path}/coverage/coverage-summary.json`, "utf8")) as {
      [file: string]: typeof other;
    };
    expect(summary["other"]).toEqual(other);
    return summary[path]?.lines.covered;
  };
  expect(await covered()).toBe(2);
  tree.write("seen/one.json", dumpOf(source, "export function createEventReader"));
  expect(await covered()).toBe(2);
  tree.write("seen/two.json", dumpOf(source, "return data.length === 0"));
  const some = await covered();
  tree.write("seen/three.json", dumpOf(source, ""));
  const all = await covered();
  expect(some).toBeGreaterThan(2);
  expect(all).toBeGreaterThan(some as number);
});
