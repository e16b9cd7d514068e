import { mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { compile, compilerVersions, resolutions, writeProgram } from "../../scripts/pack-check/compilers.mjs";
import { knownFaultsIn } from "../../scripts/pack-check/known-faults.mjs";
import { loadEntries } from "../../scripts/pack-check/load.mjs";
import { root } from "../tooling/run-script.js";
import { type ScratchTree, scratchTree } from "../tooling/scratch-tree.js";

/** A project with packages in node_modules, each of one file of code and one of types. */
function project(packages: Readonly<Record<string, { readonly code?: string; readonly types?: string }>>): ScratchTree {
  const tree = scratchTree({ "package.json": `{"type": "module"}` });
  for (const [name, { code = "export {};\n", types = "export {};\n" }] of Object.entries(packages)) {
    const exports = { ".": { types: "./index.d.ts", default: "./index.js" } };
    tree.write(`node_modules/${name}/package.json`, JSON.stringify({ name, type: "module", exports }));
    tree.write(`node_modules/${name}/index.js`, code);
    tree.write(`node_modules/${name}/index.d.ts`, types);
  }
  return tree;
}

describe("loading entries", () => {
  test("says nothing of those that load, and that a package is missing, broken or empty", () => {
    const tree = project({
      good: { code: "export const one = 1;\n" },
      broken: { code: 'throw new Error("not here");\n' },
      empty: {},
      peerless: { code: 'import "nowhere";\nexport const one = 1;\n' },
    });
    const { node, failures } = loadEntries(tree.path, process.execPath, ["good", "broken", "empty", "peerless"]);
    expect(node).toBe(process.version);
    expect(failures.filter((failure) => failure.includes("of good"))).toEqual([]);
    expect(failures).toEqual(
      expect.arrayContaining([
        "import of broken: not here",
        "import of empty: it exports nothing",
        expect.stringContaining("import of peerless: Cannot find package 'nowhere'"),
      ]),
    );
  });

  test("requires them too where the runtime can, and says which cannot be", () => {
    const tree = project({ slow: { code: "export const one = await Promise.resolve(1);\n" } });
    const { canRequire, failures } = loadEntries(tree.path, process.execPath, ["slow"]);
    expect(failures).toEqual(canRequire ? [expect.stringMatching(/^require of slow: .*top-level await/)] : []);
  });
});

describe("compiling", () => {
  const newest = compilerVersions.at(-1) ?? "";

  function compilers(): string {
    const tree = scratchTree();
    const place = join(tree.path, "node_modules", `typescript-${newest.replace(".", "-")}`);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(root, "node_modules/typescript"), place);
    return tree.path;
  }

  test.each(resolutions)(
    "reads the types of libraries as strictly as a program, by $moduleResolution",
    { timeout: 120_000 },
    (resolution) => {
      const tree = project({
        good: { types: "export declare const one: number;\n" },
        broken: { types: 'import type { Gone } from "nowhere";\nexport declare const gone: Gone;\n' },
      });
      mkdirSync(join(tree.path, "node_modules/@types"), { recursive: true });
      symlinkSync(join(root, "node_modules/@types/node"), join(tree.path, "node_modules/@types/node"));

      writeProgram(tree.path, ["good"]);
      const folder = compilers();
      expect(compile(tree.path, folder, newest, resolution).errors).toEqual([]);

      writeProgram(tree.path, ["good", "broken"]);
      const { release, errors } = compile(tree.path, folder, newest, resolution);
      expect(release.startsWith(`${newest}.`)).toBe(true);
      expect(errors).toEqual([expect.stringMatching(/node_modules\/broken\/index\.d\.ts.*error TS2307/)]);
    },
  );
});

describe("known faults", () => {
  const fault = { file: "lib/old.d.ts", text: "TS2315", compilers: ["5.4"], why: "lib is old" };
  const error = "node_modules/lib/old.d.ts(1,1): error TS2315: no";

  test("are left out with the compilers that show them, and with no other", () => {
    const faults = knownFaultsIn([fault]);
    expect(faults.unknown([error], "5.4")).toEqual([]);
    expect(faults.unknown([error], "7.0")).toEqual([error]);
    expect(faults.unknown(["node_modules/lib/new.d.ts(1,1): error TS2315: no"], "5.4")).toHaveLength(1);
    expect(faults.seen()).toEqual(["lib/old.d.ts: lib is old"]);
    expect(faults.unseen()).toEqual([]);
  });

  test("are complaints once they show themselves nowhere any more", () => {
    const faults = knownFaultsIn([fault]);
    expect(faults.unknown([error], "5.9")).toEqual([error]);
    expect(faults.unseen()).toEqual(["lib/old.d.ts has no fault any more: remove it from the list"]);
    expect(faults.seen()).toEqual([]);
  });
});
