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
const others = "packages/other/api";

function generate(tree: ScratchTree, ...more: readonly string[]): Promise<ScriptResult> {
  return runScript("scripts/generate-api-reports.mjs", ["--root", tree.path, ...more]);
}

test(
  "reports follow the surface: stale from the change of a signature or an entry on, not of a comment",
  slow,
  async () => {
    const tree = scratchTree();
    const hidden =
      "interface Hidden { readonly id: string }\nexport declare function two(hidden: Hidden): void;\nexport {};\n";
    writePackage(tree, "one");
    tree.write(types, `/** The one. */\nexport declare const one = 1;\n${hidden}`);
    const entry = (name: string) => ({ types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` });
    const files = {
      "dist/more.js": "export const three = 3;\n",
      "dist/more.d.ts": "/** The third. */\nexport declare const three = 3;\n",
    };
    writePackage(tree, "other", { manifest: { exports: { ".": entry("index"), "./more": entry("more") } }, files });
    const written = await generate(tree);
    expect(written.exitCode).toBe(0);
    expect(written.stdout.trim().split("\n").toSorted()).toEqual([
      report,
      `${others}/index.api.md`,
      `${others}/more.api.md`,
    ]);
    expect(tree.read(report)).toContain("export const one = 1;");
    expect(tree.read(report)).toContain('The symbol "Hidden" needs to be exported');
    expect(tree.read(`${others}/more.api.md`)).toContain("export const three = 3;");
    expect(tree.read(`${others}/index.api.md`)).not.toContain("three");

    tree.write(types, `/**\n * Said in\n * other words.\n */\nexport declare const one = 1;\n${hidden}`);
    expect(await generate(tree, "--check")).toMatchObject({ exitCode: 0, stderr: "" });

    tree.write(types, `/** The number. */\nexport declare const one: number;\n${hidden}`);
    writePackage(tree, "other");
    const { exitCode, stderr } = await generate(tree, "--check");
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`${report}: not what the package exports now`);
    expect(stderr).toContain(`${others}/more.api.md: the entry is gone`);
    expect(tree.read(report)).toContain("export const one = 1;");
    expect(existsSync(join(tree.path, others, "more.api.md"))).toBe(true);

    await generate(tree);
    expect(tree.read(report)).toContain("export const one: number;");
    expect(existsSync(join(tree.path, others, "more.api.md"))).toBe(false);
  },
);
