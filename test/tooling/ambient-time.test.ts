import { expect, test } from "vitest";
import { lintTree } from "./lint-tree.js";

const offences = `export const a = Date.now();
export const b = new Date();
export const c = Math.random();
`;

test("lint finds every way to read the machine's time or chance in a package", async () => {
  const findings = await lintTree({ "packages/limiter/src/bucket.ts": offences });
  expect(findings.map(({ help }) => help).toSorted()).toEqual([
    expect.stringMatching(/^Inject the Clock/),
    expect.stringMatching(/^Inject the random source/),
    expect.stringMatching(/Take a Clock from the caller/),
  ]);
});

test("lint lets the clock, the random source, tests, test tools and simulators read them, and dates be made from values", async () => {
  const findings = await lintTree({
    "packages/core/src/clock/clock.ts": offences,
    "packages/core/src/clock/random.ts": offences,
    "packages/limiter/src/bucket.test.ts": offences,
    "packages/limiter/src/testing/contract.ts": offences,
    "packages/simulators/src/ledger.ts": offences,
    "packages/core/src/retry/retry-after.ts":
      "export const at = (text: string) => new Date(text).getTime() + Date.parse(text);\n",
  });
  expect(findings).toEqual([]);
});

test("lint keeps the console out of packages", async () => {
  const findings = await lintTree({ "packages/kit/src/warn.ts": `console.log("something");\n` });
  expect(findings.map(({ rule }) => rule)).toEqual(["eslint(no-console)"]);
});
