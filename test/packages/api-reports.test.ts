import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runScript, type ScriptResult } from "../tooling/run-script.js";
import { type ScratchTree, scratchTree } from "../tooling/scratch-tree.js";
import { writePackage } from "./scratch-package.js";

/** A compiler is started for each run. */
const slow = { timeout: 120_000 };
const report = "packages/one/api/index.api.md";
const types = "packages/one/dist/index.d.ts";

function generate(tree: ScratchTree, ...more: readonly string[]): Promise<ScriptResult> {
  return runScript("scripts/generate-api-reports.mjs", ["--root", tree.path, ...more]);
}

test(
  "a report shows the surface and names what is hidden, and is stale from the change of a signature on, not of a comment",
  slow,
  async () => {
    const tree = scratchTree();
    const hidden =
      "interface Hidden { readonly id: string }\nexport declare function two(hidden: Hidden): void;\nexport {};\n";
    writePackage(tree, "one");
    tree.write(types, `/** The one. */\nexport declare const one = 1;\n${hidden}`);
    expect(await generate(tree)).toMatchObject({ exitCode: 0, stdout: `${report}\n` });
    expect(tree.read(report)).toContain("export const one = 1;");
    expect(tree.read(report)).toContain('The symbol "Hidden" needs to be exported');

    tree.write(types, `/**\n * Said in\n * other words.\n */\nexport declare const one = 1;\n${hidden}`);
    expect(await generate(tree, "--check")).toMatchObject({ exitCode: 0, stderr: "" });

    tree.write(types, `/** The number. */\nexport declare const one: number;\n${hidden}`);
    const { exitCode, stderr } = await generate(tree, "--check");
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`${report}: not what the package exports now`);
    expect(tree.read(report)).toContain("export const one = 1;");
  },
);

test("each entry has its own report, and that of an entry which is gone goes too", slow, async () => {
  const tree = scratchTree();
  const entry = (name: string) => ({ types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` });
  const files = {
    "dist/more.js": "export const two = 2;\n",
    "dist/more.d.ts": "/** The other. */\nexport declare const two = 2;\n",
  };
  writePackage(tree, "one", { manifest: { exports: { ".": entry("index"), "./more": entry("more") } }, files });
  await generate(tree);
  expect(tree.read("packages/one/api/more.api.md")).toContain("export const two = 2;");
  expect(tree.read(report)).not.toContain("two");

  writePackage(tree, "one");
  const { exitCode, stderr } = await generate(tree, "--check");
  expect(exitCode).toBe(1);
  expect(stderr).toContain("packages/one/api/more.api.md: the entry is gone");
  await generate(tree);
  expect(existsSync(join(tree.path, "packages/one/api/more.api.md"))).toBe(false);
});
