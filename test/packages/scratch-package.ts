import type { ScratchTree } from "../tooling/scratch-tree.js";

/** What differs from a package in which nothing is wrong. */
export interface ScratchPackage {
  readonly manifest?: object;
  /** Files by path inside the package; undefined leaves one out. */
  readonly files?: Readonly<Record<string, string | undefined>>;
}

/** Writes a small built package into `packages/` of a tree. */
export function writePackage(tree: ScratchTree, name: string, different: ScratchPackage = {}): void {
  const manifest = {
    name: `@scratch/${name}`,
    version: "1.2.3",
    description: "A package of a test.",
    keywords: ["test"],
    license: "MIT",
    type: "module",
    exports: {
      ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
      "./package.json": "./package.json",
    },
    files: ["dist", "src", "CHANGELOG.md"],
    sideEffects: false,
    engines: { node: ">=20" },
    ...different.manifest,
  };
  const files: Record<string, string | undefined> = {
    "package.json": JSON.stringify(manifest),
    LICENSE: "Anybody may.\n",
    "README.md": `# ${name}\n`,
    "src/index.ts": "export const one = 1;\n",
    "dist/index.js": "export const one = 1;\n",
    "dist/index.d.ts": "/** The number. */\nexport declare const one = 1;\n",
    ...different.files,
  };
  for (const [file, text] of Object.entries(files)) {
    if (text !== undefined) tree.write(`packages/${name}/${file}`, text);
  }
}
