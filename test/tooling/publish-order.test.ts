import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { root, runScript } from "./run-script.js";
import { scratchTree } from "./scratch-tree.js";

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

test("every package is published after all that it needs", async () => {
  const { exitCode, stdout, stderr } = await runScript("scripts/publish-order.mjs");
  expect([exitCode, stderr]).toEqual([0, ""]);
  const folders = stdout.trimEnd().split("\n");
  expect(folders.toSorted()).toEqual(readdirSync(`${root}packages`, "utf8").map((name) => `packages/${name}`));
  for (const [position, folder] of folders.entries()) {
    const manifest = JSON.parse(readFileSync(`${root}${folder}/package.json`, "utf8")) as Manifest;
    const needed = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
      .filter((name) => name.startsWith("@sluice/"))
      .map((name) => name.replace("@sluice/", "packages/"));
    expect(folders.slice(0, position), folder).toEqual(expect.arrayContaining(needed));
  }
});

test("what is private is left out, and a circle is named", async () => {
  const tree = scratchTree({
    "packages/a/package.json": JSON.stringify({ name: "a", dependencies: { b: "1" } }),
    "packages/b/package.json": JSON.stringify({ name: "b", peerDependencies: { c: "1", elsewhere: "1" } }),
    "packages/c/package.json": JSON.stringify({ name: "c", devDependencies: { a: "1" } }),
    "packages/d/package.json": JSON.stringify({ name: "d", private: true }),
  });
  const first = await runScript("scripts/publish-order.mjs", ["--root", tree.path]);
  expect(first.stdout).toBe("packages/c\npackages/b\npackages/a\n");
  tree.write("packages/c/package.json", JSON.stringify({ name: "c", dependencies: { a: "1" } }));
  const second = await runScript("scripts/publish-order.mjs", ["--root", tree.path]);
  expect(second).toMatchObject({ exitCode: 1, stdout: "", stderr: "a circle: a needs b needs c needs a\n" });
});

test("the release packs in that order, numbers the tarballs by it, and publishes them by their numbers", () => {
  const release = readFileSync(`${root}.github/workflows/release.yml`, "utf8");
  expect(release).toContain("node scripts/publish-order.mjs");
  expect(release).toContain('mv "tarballs/$tarball" "tarballs/$(printf %03d "$number")-$tarball"');
  expect(release).toContain("for tarball in ./tarballs/*.tgz");
});
