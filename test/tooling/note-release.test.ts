import { expect, test } from "vitest";
import { runScript } from "./run-script.js";
import { type ScratchTree, scratchTree } from "./scratch-tree.js";

const intro = "# Changelog\n\nThis page lists the releases.\n";

/** A package of that version with the entries of its changelog, as changesets writes it. */
function release(tree: ScratchTree, name: string, version: string, entries: readonly string[]): void {
  tree.write(`packages/${name}/package.json`, JSON.stringify({ name: `@scratch/${name}`, version }));
  const list = ["- Updated dependencies [1234567]\n  - @scratch/other@9.9.9", ...entries].join("\n");
  const older = "## 0.0.1\n\n### Patch Changes\n\n- 7654321: Older.\n";
  tree.write(`packages/${name}/CHANGELOG.md`, `# ${name}\n\n## ${version}\n\n### Patch Changes\n\n${list}\n\n${older}`);
}

async function note(tree: ScratchTree): Promise<string> {
  expect(await runScript("scripts/note-release.mjs", ["--root", tree.path])).toMatchObject({ exitCode: 0, stderr: "" });
  return tree.read("CHANGELOG.md").replaceAll(/— (?!2020)\d{4}-\d\d-\d\d$/gm, "— TODAY");
}

test("a heading that waits for its release gets the date, and keeps what was written by hand", async () => {
  const tree = scratchTree({ "CHANGELOG.md": `${intro}\n## 0.1.0 — Unreleased\n\nThe first release.\n` });
  release(tree, "one", "0.1.0", ["- abcdef0: First."]);
  const noted = `${intro}\n## 0.1.0 — TODAY\n\nThe first release.\n`;
  expect(await note(tree)).toBe(noted);
  // The pull request of versions is made again and again.
  expect(await note(tree)).toBe(noted);
});

test("a release without a heading gets one at the top, with each change once and by its first paragraph", async () => {
  const tree = scratchTree({ "CHANGELOG.md": `${intro}\n## 0.1.0 — 2020-01-02\n\nThe first release.\n` });
  const ofAll = "- abcdef0: Of all,\n  in two lines.\n\n  With more below.";
  release(tree, "one", "0.2.0", [ofAll, "- abcdef1: Of one."]);
  release(tree, "two", "0.2.0", [ofAll]);
  expect(await note(tree)).toBe(
    `${intro}\n## 0.2.0 — TODAY\n\n- Of all,\n  in two lines.\n- one: Of one.\n\n## 0.1.0 — 2020-01-02\n\nThe first release.\n`,
  );
});

test("nothing is noted where nothing was released", async () => {
  const tree = scratchTree({ "CHANGELOG.md": `${intro}\n## 0.1.0 — Unreleased\n\nThe first release.\n` });
  tree.write("packages/one/package.json", JSON.stringify({ name: "@scratch/one", version: "0.0.0" }));
  expect(await note(tree)).toBe(`${intro}\n## 0.1.0 — Unreleased\n\nThe first release.\n`);
});
