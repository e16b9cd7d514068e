// Runs the tests and says which part of each package's lines they have run: in Node, and in the browser where a page is tested.
//
//   node scripts/measure-coverage.mjs [paths and options of vitest]

import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const seen = resolve(root, "test-results/browser-coverage");
rmSync(seen, { recursive: true, force: true });
const options = { cwd: root, stdio: "inherit", env: { ...process.env, SLUICE_BROWSER_COVERAGE: seen } };
const run = (...words) => spawnSync(process.execPath, words, options).status ?? 1;
const tests = run("node_modules/vitest/vitest.mjs", "run", "--coverage", ...process.argv.slice(2));
process.exitCode =
  tests || run("scripts/add-browser-coverage.mjs", "--seen", seen) || run("scripts/check-coverage.mjs");
