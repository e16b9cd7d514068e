import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import type { Bench } from "./bench.js";
import { chooseBenches } from "./choose-benches.js";

const bench = (name: string): Bench => ({ name, run: async () => [] });
const benches = [bench("one"), bench("two")];

it("runs all benches unless some are named", () => {
  expect(chooseBenches([], benches)).toEqual({ benches, pace: "full" });
  expect(chooseBenches(["two", "--quick"], benches)).toEqual({ benches: [benches[1]], pace: "quick" });
});

it.each([
  [["three"], "no bench named three; there are one, two"],
  [["--fast"], "no option --fast; there is --quick"],
])("says what there is instead of %s", (words, problem) => expect(chooseBenches(words, benches)).toEqual({ problem }));

it("an unknown bench ends the process with 2 before anything runs", () => {
  const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
  expect(existsSync(main), "npm run build").toBe(true);
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "no-such-bench"], { encoding: "utf8" });
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(/^no bench named no-such-bench; there are hook-chain, memory, /);
});
