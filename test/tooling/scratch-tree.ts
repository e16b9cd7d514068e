import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach } from "vitest";

/** A folder that is removed after the test. */
export interface ScratchTree {
  readonly path: string;
  write(file: string, text: string, mode?: number): string;
  read(file: string): string;
}

const paths: string[] = [];

afterEach(() => {
  for (const path of paths.splice(0)) rmSync(path, { recursive: true, force: true });
});

/** Makes a folder holding the given files. */
export function scratchTree(files: Readonly<Record<string, string>> = {}): ScratchTree {
  const path = mkdtempSync(join(tmpdir(), "sluice-tooling-"));
  paths.push(path);
  const tree: ScratchTree = {
    path,
    write(file, text, mode = 0o644) {
      const target = join(path, file);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, text, { mode });
      return target;
    },
    read: (file) => readFileSync(join(path, file), "utf8"),
  };
  for (const [file, text] of Object.entries(files)) tree.write(file, text);
  return tree;
}
