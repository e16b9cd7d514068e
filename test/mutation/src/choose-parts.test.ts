import { describe, expect, it } from "vitest";
import { chooseParts } from "./choose-parts.js";

const files = [
  "index.ts",
  "root.ts",
  "retry/retry.ts",
  "retry/retry.test.ts",
  "hooks/compose.ts",
  "hooks/hook.test-d.ts",
  "hooks",
  "hooks-more/other.ts",
  "testing/fake-clock.ts",
  "generated/limits.ts",
];
const choose = (...words: string[]): ReturnType<typeof chooseParts> => chooseParts(words, () => files);

describe("the parts of a mutation run", () => {
  it("are all folders of both packages on two cores, when nothing is said", () => {
    const chosen = choose();
    expect(chosen).toMatchObject({ concurrency: 2 });
    expect("parts" in chosen && chosen.parts.map((part) => `${part.package}/${part.folder}`)).toEqual([
      "core/",
      "core/hooks",
      "core/hooks-more",
      "core/retry",
      "limiter/",
      "limiter/hooks",
      "limiter/hooks-more",
      "limiter/retry",
    ]);
  });

  it("leave out tests, tools for tests, generated files and tables of contents", () => {
    const chosen = choose("--package", "core");
    expect("parts" in chosen && chosen.parts.flatMap((part) => part.files)).toEqual([
      "root.ts",
      "hooks/compose.ts",
      "hooks-more/other.ts",
      "retry/retry.ts",
    ]);
  });

  it("are the folders and files that are named", () => {
    expect(
      choose("--package", "core", "--files", "hooks/**", "--files", "retry/retry.ts", "--concurrency", "1"),
    ).toEqual({
      tests: "all",
      concurrency: 1,
      parts: [
        { package: "core", folder: "hooks", files: ["hooks/compose.ts"] },
        { package: "core", folder: "retry", files: ["retry/retry.ts"] },
      ],
    });
  });

  it.each([
    [["--package", "slack"], "no package slack here; there are core, limiter"],
    [["--files", "nowhere"], "no source file at nowhere"],
    [["--tests", "none"], "--tests must be all or beside, got none"],
    [["--concurrency", "0"], "--concurrency must be a whole number >= 1, got 0"],
    [["--fast"], "Unknown option '--fast'"],
  ])("are refused with the reason: %j", (words, problem) => {
    expect(choose(...words)).toEqual({ problem: expect.stringContaining(problem) });
  });
});
