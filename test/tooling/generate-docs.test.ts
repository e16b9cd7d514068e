import { expect, test } from "vitest";
import { runScript, type ScriptResult } from "./run-script.js";
import { type ScratchTree, scratchTree } from "./scratch-tree.js";

const program = `import { thing } from "thing";

function main(): void {
  // #region use
  if (thing) {
    // #region inner
    thing.run();
    // #endregion
  }

  thing.close();
  // #endregion
}
`;

function generate(tree: ScratchTree, ...args: string[]): Promise<ScriptResult> {
  return runScript("scripts/generate-docs.mjs", ["--root", tree.path, ...args]);
}

function page(source: string, content: string): string {
  return `# Title\n\n<!-- snippet: ${source} -->\n\n\`\`\`ts\n${content}\`\`\`\n\nMore.\n`;
}

test("a region is filled in at the left margin, without the marks of the regions inside it", async () => {
  const tree = scratchTree({ "a.ts": program, "README.md": page("a.ts#use", "old\n") });
  expect((await generate(tree)).exitCode).toBe(0);
  expect(tree.read("README.md")).toBe(page("a.ts#use", "if (thing) {\n  thing.run();\n}\n\nthing.close();\n"));
});

test("without a region the whole file is taken, and pages deep in docs/ are filled too", async () => {
  const tree = scratchTree({ "a.ts": "const a = 1;\n", "docs/deep/page.md": page("a.ts", "") });
  await generate(tree);
  expect(tree.read("docs/deep/page.md")).toBe(page("a.ts", "const a = 1;\n"));
});

test("generating again changes nothing, and --check is content", { timeout: 60_000 }, async () => {
  const tree = scratchTree({ "a.ts": program, "README.md": page("a.ts#inner", "old\n") });
  await generate(tree);
  const { stdout } = await generate(tree);
  expect(stdout).toBe("");
  expect((await generate(tree, "--check")).exitCode).toBe(0);
});

test("--check names the page, the line, the source and the command, and writes nothing", async () => {
  const tree = scratchTree({ "a.ts": program, "README.md": page("a.ts#inner", "old\n") });
  const { exitCode, stderr } = await generate(tree, "--check");
  expect(exitCode).toBe(1);
  expect(stderr).toBe("README.md:3: the snippet is not what a.ts#inner holds now: run `npm run generate`\n");
  expect(tree.read("README.md")).toContain("old");
});

test("a marker that is shown inside a code block is not a marker", async () => {
  const text = `\`\`\`\`md\n${page("nowhere.ts#use", "old\n")}\`\`\`\`\n`;
  const tree = scratchTree({ "README.md": text });
  expect((await generate(tree)).exitCode).toBe(0);
  expect(tree.read("README.md")).toBe(text);
});

test.each([
  ["a file that is not there", page("b.ts#use", ""), "README.md:3: there is no b.ts"],
  ["a region that is not there", page("a.ts#other", ""), 'README.md:3: a.ts has no complete region "other"'],
  ["a marker without a block", "<!-- snippet: a.ts -->\n\ntext\n", "README.md:1: a snippet's marker must stand before"],
])("%s is an error with its place", async (_, text, message) => {
  const tree = scratchTree({ "a.ts": program, "README.md": text });
  const { exitCode, stderr } = await generate(tree);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(message);
});

test("with no pages at all it is content", async () => {
  expect((await generate(scratchTree(), "--check")).exitCode).toBe(0);
});
