import { describe, expect, it } from "vitest";
import { page } from "./page.js";
import { countMutants, score, total, withPart, type FileResult } from "./summary.js";

const result = (killed: number, survived: number, more: Partial<FileResult> = {}): FileResult => ({
  killed,
  survived,
  timedOut: 0,
  notCovered: 0,
  ignored: 0,
  tests: "all",
  day: "2026-11-21",
  version: "abc1234",
  source: "one",
  ...more,
});

describe("the counts of mutants", () => {
  it("tell how each of them ended", () => {
    const statuses = [
      "Killed",
      "Killed",
      "Timeout",
      "Survived",
      "NoCoverage",
      "Ignored",
      "CompileError",
      "RuntimeError",
    ];
    expect(countMutants(statuses.map((status) => ({ status })))).toEqual({
      killed: 2,
      timedOut: 1,
      survived: 1,
      notCovered: 1,
      ignored: 3,
    });
  });

  it("are none for a file without mutants", () => {
    expect(countMutants([])).toBeUndefined();
  });

  it("score what was noticed of what counts, places without a test included", () => {
    expect(score(result(6, 1, { timedOut: 1, notCovered: 2, ignored: 50 }))).toBe(70);
    expect(score(result(0, 0, { ignored: 3 }))).toBeUndefined();
  });

  it("are added up over the files of a package", () => {
    const files = { a: result(9, 1), b: result(1, 4, { timedOut: 5, notCovered: 6, ignored: 7 }) };
    expect(total(files)).toEqual({ killed: 10, survived: 5, timedOut: 5, notCovered: 6, ignored: 7 });
  });
});

describe("the summary of several runs", () => {
  const before = { limiter: { "b.ts": result(1, 1), "gone.ts": result(1, 0) } };

  it("keeps the last result of each file, in order, and forgets files that are gone", () => {
    const after = withPart(
      before,
      "limiter",
      { "b.ts": result(2, 0), "a.ts": result(3, 0) },
      (file) => file !== "gone.ts",
    );
    expect(Object.entries(after["limiter"] ?? {})).toEqual([
      ["a.ts", result(3, 0)],
      ["b.ts", result(2, 0)],
    ]);
  });

  it("leaves the other package as it was", () => {
    const after = withPart(before, "core", { "c.ts": result(1, 0) }, () => true);
    expect(Object.keys(after)).toEqual(["core", "limiter"]);
    expect(after["limiter"]).toEqual(before.limiter);
  });
});

describe("the page", () => {
  const summary = { core: { "hooks/compose.ts": result(41, 1), "clock/clock.ts": result(0, 0, { ignored: 2 }) } };
  const text = page(summary, (_, file) => (file === "hooks/compose.ts" ? "one" : "another"));

  it("shows packages and files with their scores, and when they were run", () => {
    expect(text).toMatch(/\| `core` +\| +2 \| +42 \| +41 \| +0 \| +1 \| +0 \| +2 \| 97\.6 % \|/);
    expect(text).toMatch(/\| `hooks\/compose\.ts` \| .* 97\.6 % \| all   \| 2026-11-21 \| abc1234 +\|/);
  });

  it("marks a file that has changed since, and has no score where nothing counts", () => {
    expect(text).toMatch(/\| `clock\/clock\.ts` +\| .* +– \| all   \| 2026-11-21 \| abc1234 \\\* \|/);
  });
});
