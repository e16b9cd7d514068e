import { expect, test } from "vitest";
import { runScript, type ScriptResult } from "../tooling/run-script.js";
import { type ScratchTree, scratchTree } from "../tooling/scratch-tree.js";
import { writePackage } from "./scratch-package.js";

/** npm and two linters are started for each tree. */
const slow = { timeout: 120_000 };
const budgetFile = "scripts/pack-check/size-budgets.json";

function check(tree: ScratchTree, ...more: readonly string[]): Promise<ScriptResult> {
  return runScript("scripts/check-packages.mjs", ["--root", tree.path, ...more]);
}

test(
  "a package in which nothing is wrong passes, once it has a budget; a private one is left alone",
  slow,
  async () => {
    const tree = scratchTree();
    writePackage(tree, "good");
    writePackage(tree, "inner", { manifest: { private: true }, files: { LICENSE: undefined } });
    const first = await check(tree);
    expect(first.stderr).toContain("@scratch/good: it has no size budget");
    expect(first.exitCode).toBe(1);

    const second = await check(tree, "--write-budgets");
    expect(second).toMatchObject({ exitCode: 0 });
    expect(second.stdout).toMatch(/^@scratch\/good +1 +6 .*ok +ok +ok +ok +ok +ok$/m);
    expect(second.stdout).not.toContain("inner");
    expect(JSON.parse(tree.read(budgetFile))).toEqual({ good: { packedBytes: 1000, unpackedBytes: 1000 } });
  },
);

test(
  "budgets are set where there is none, and anew for packages that are named, in the order of names",
  slow,
  async () => {
    const mean = { packedBytes: 1, unpackedBytes: 1 };
    const tree = scratchTree({ [budgetFile]: JSON.stringify({ named: mean, other: mean, gone: mean }) });
    for (const name of ["other", "added", "named"]) writePackage(tree, name);
    const enough = { packedBytes: 1000, unpackedBytes: 1000 };

    const first = await check(tree, "--write-budgets");
    expect(first.stderr).toContain("@scratch/other: the tarball has");
    expect(Object.entries(JSON.parse(tree.read(budgetFile)) as object)).toEqual([
      ["added", enough],
      ["named", mean],
      ["other", mean],
    ]);

    const second = await check(tree, "--write-budgets", "named", "@scratch/other");
    expect(second).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(tree.read(budgetFile))).toEqual({ added: enough, named: enough, other: enough });

    const third = await check(tree, "--write-budgets", "nmaed");
    expect(third).toMatchObject({ exitCode: 1, stderr: "no package is called nmaed: it may be added, named, other\n" });
    const fourth = await check(tree, "named");
    expect(fourth).toMatchObject({ exitCode: 1, stderr: "packages are named for --write-budgets only: named\n" });
  },
);

test("each fault of a package is named", slow, async () => {
  const tree = scratchTree({
    [budgetFile]: JSON.stringify({
      good: { packedBytes: 5000, unpackedBytes: 5000 },
      fat: { packedBytes: 5000, unpackedBytes: 5000 },
      strays: { packedBytes: 5000, unpackedBytes: 5000 },
      peers: { packedBytes: 5000, unpackedBytes: 5000 },
      types: { packedBytes: 5000, unpackedBytes: 5000 },
      lost: { packedBytes: 5000, unpackedBytes: 5000 },
      unsaid: { packedBytes: 5000, unpackedBytes: 5000 },
    }),
  });
  writePackage(tree, "good");
  writePackage(tree, "fat", { files: { "src/more.ts": `// ${"-".repeat(6000)}\n` } });
  writePackage(tree, "strays", {
    manifest: { bin: { run: "./dist/run.js" } },
    files: {
      LICENSE: undefined,
      "dist/.tsbuildinfo": "{}",
      "dist/index.js": "/** The number. */\nexport const one = 1;\n",
      "dist/gone.js": "export {};\n",
      "dist/gone.d.ts": "export {};\n",
      "src/index.test.ts": "export {};\n",
    },
  });
  writePackage(tree, "peers", {
    manifest: {
      peerDependencies: { express: "^5.0.0", hono: "^4.0.0" },
      peerDependenciesMeta: { express: { optional: true }, hono: { optional: true } },
    },
    files: {
      "src/deep.ts": "export {};\n",
      "dist/index.js": 'export { one } from "./deep.js";\nexport const later = () => import("hono");\n',
      "dist/deep.js": 'import express from "express";\nexport const one = express;\n',
    },
  });
  writePackage(tree, "types", {
    files: {
      "src/deep.ts": "export const one = 1;\n",
      "dist/deep.d.ts": "export declare const one = 1;\n",
      "dist/index.d.ts": 'export { one } from "./deep";\n',
    },
  });
  writePackage(tree, "lost", {
    manifest: {
      exports: {
        "./package.json": "./package.json",
        ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
        "./data": "./data/none.json",
      },
    },
  });

  writePackage(tree, "unsaid", {
    manifest: { keywords: [], description: undefined, license: undefined, files: ["dist", "src", "schema"] },
  });

  const { exitCode, stdout, stderr } = await check(tree);
  expect(exitCode).toBe(1);
  const complaints = stderr.split("\n").filter((line) => line.startsWith("@scratch/"));
  expect(complaints.map((line) => line.split(":", 1)[0])).not.toContain("@scratch/good");
  expect(complaints).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^@scratch\/fat: what it unpacks to has \d+ bytes, \d+ more than the budget of 5000$/),
      "@scratch/strays: LICENSE is missing",
      "@scratch/strays: dist/.tsbuildinfo is the compiler's notes",
      "@scratch/strays: src/index.test.ts is a test",
      "@scratch/strays: dist/gone has no source any more: remove dist and build",
      "@scratch/strays: dist/index.js repeats the comments of its source",
      "@scratch/strays: the command ./dist/run.js is missing",
      "@scratch/peers: dist/deep.js loads the optional peer express with the main entry",
      expect.stringMatching(/^@scratch\/types: attw: /),
      "@scratch/unsaid: package.json has no description",
      "@scratch/unsaid: package.json has no license",
      "@scratch/unsaid: package.json has no keywords",
      '@scratch/unsaid: package.json has no "CHANGELOG.md" in files',
      "@scratch/unsaid: package.json has schema in files, and there is none",
      expect.stringMatching(/^@scratch\/lost: publint: .*data\/none\.json/),
    ]),
  );
  expect(stderr).not.toContain("the optional peer hono");
  expect(stdout).toMatch(/^@scratch\/good .*ok +ok +ok +ok +ok +ok$/m);
});

test("a package that was not built is named, and nothing is packed", slow, async () => {
  const tree = scratchTree();
  writePackage(tree, "good");
  writePackage(tree, "unbuilt", { files: { "dist/index.js": undefined } });
  const { exitCode, stdout, stderr } = await check(tree);
  expect(exitCode).toBe(1);
  expect(stderr).toBe("not built: @scratch/unbuilt: run `npm run build`; is it in the references of tsconfig.json?\n");
  expect(stdout).toBe("");
});
