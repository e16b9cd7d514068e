import { expect, test } from "vitest";
import { runScript } from "./run-script.js";
import { scratchTree } from "./scratch-tree.js";

/** Runs the check over a tree of two packages, of whose lines so many of 100 are covered. */
async function checkOf(alpha: number, beta: number) {
  const tree = scratchTree();
  const entry = (covered: number) => ({ lines: { total: 50, covered }, branches: { total: 10, covered: 5 } });
  tree.write(
    "coverage/coverage-summary.json",
    JSON.stringify({
      total: entry(0),
      [`${tree.path}/packages/alpha/src/one.ts`]: entry(alpha - Math.floor(alpha / 2)),
      [`${tree.path}/packages/alpha/src/two.ts`]: entry(Math.floor(alpha / 2)),
      [`${tree.path}/packages/beta/src/one.ts`]: entry(Math.ceil(beta / 2)),
      [`${tree.path}/test/src/other.ts`]: entry(0),
    }),
  );
  return runScript("scripts/check-coverage.mjs", ["--root", tree.path]);
}

test("coverage is counted by package, and every package must have nine lines of ten", async () => {
  const good = await checkOf(90, 100);
  expect(good.exitCode).toBe(0);
  expect(good.stdout).toContain("90.0 %");
  const poor = await checkOf(89, 100);
  expect(poor.exitCode).toBe(1);
  expect(poor.stderr).toBe("alpha: tests run 89.0 % of its lines, 90 % are needed\n");
});

test("without figures the check fails, and says how to get some", async () => {
  const { exitCode, stderr } = await runScript("scripts/check-coverage.mjs", ["--root", scratchTree().path]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("npm run coverage");
});

/** The test runner is started twice. */
test("the suite is repeated as often as is said, and only whole numbers say it", { timeout: 120_000 }, async () => {
  const file = "packages/core/src/clock/clock.test.ts";
  const once = await runScript("scripts/repeat-tests.mjs", ["--times", "2", "--", file]);
  expect(once.stdout).toMatch(/^1\/2 {2}node v\d+.* passed.*\n2\/2 {2}node v\d+.* passed/);
  expect(once.exitCode).toBe(0);
  const never = await runScript("scripts/repeat-tests.mjs", ["--times", "0"]);
  expect(never.stderr).toContain("--times must be a whole number from 1 to 1000, got 0");
});
