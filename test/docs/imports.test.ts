import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (file: string): string => readFileSync(root + file, "utf8");

/** What the packages export, by their API reports: functions, classes and constants. */
const exported = new Set(
  readdirSync(`${root}packages`)
    .flatMap((name) => apiReports(`packages/${name}/api`))
    .flatMap((report) => [...report.matchAll(/^export (?:async )?(?:function\*?|class|const) (\w+)/gm)])
    .map(([, name = ""]) => name),
);

/** Pages that show code; those about moving show what was there before, whose imports are somebody else's. */
const pages = [
  "README.md",
  ...readdirSync(`${root}packages`).map((name) => `packages/${name}/README.md`),
  ...["docs", "docs/vendors", "docs/features", "docs/concepts", "docs/operations"].flatMap(pagesIn),
].filter((page) => blocksOf(read(page)).length > 0);

describe("the code of a page can be copied together with its imports", () => {
  it("knows pages and exports", () => {
    expect(pages.length).toBeGreaterThan(50);
    for (const name of ["createSlackApi", "tokenBucket", "withCaller", "LimitExceededError", "exportPolicies"])
      expect(exported).toContain(name);
  });

  it.each(pages)("%s shows where its names come from", (page) => {
    const blocks = blocksOf(read(page));
    expect(blocks[0], "the first block begins with its imports").toMatch(/^(?:\/\/.*\n)*import /);
    const imported = new Set(blocks.flatMap(importedIn));
    expect([...new Set(blocks.flatMap(usedIn))].filter((name) => !imported.has(name))).toEqual([]);
  });
});

function pagesIn(folder: string): readonly string[] {
  const files = readdirSync(root + folder).filter((file) => file.endsWith(".md"));
  return files.map((file) => `${folder}/${file}`);
}

/** The reports in a folder, one for each entry of a package; what is for tests alone is left out. */
function apiReports(folder: string): readonly string[] {
  if (!existsSync(root + folder)) return [];
  return readdirSync(root + folder)
    .filter((file) => file !== "testing.api.md")
    .map((file) => read(`${folder}/${file}`));
}

function blocksOf(text: string): readonly string[] {
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, block = ""]) => block);
}

/** The local names of what a block imports from the packages. */
function importedIn(block: string): readonly string[] {
  return [...block.matchAll(/^import \{([^}]*)\} from "@sluice\/[^"]+";$/gm)]
    .flatMap(([, names = ""]) => names.split(","))
    .map((name) =>
      name
        .trim()
        .replace(/^type /, "")
        .replace(/^.* as /, ""),
    );
}

/** What a block calls, makes or asks for, of all that is exported, but for what it declares itself. */
function usedIn(block: string): readonly string[] {
  const code = block.replaceAll(/\/\/.*$/gm, "").replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
  const used = [...code.matchAll(/(?<![\w.#])(\w+)(?:<[^<>()]*>)?\(/g)].map(([, name = ""]) => name);
  const asked = [...code.matchAll(/\b(?:new|instanceof|extends) (\w+)/g)].map(([, name = ""]) => name);
  const own = new Set([...code.matchAll(/\b(?:function\*?|class|const|let) (\w+)/g)].map(([, name = ""]) => name));
  return [...used, ...asked].filter((name) => exported.has(name) && !own.has(name));
}
