import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { applications, mayUse, sdks, testsMayUse, withoutSdks } from "../../scripts/layers.mjs";
import { lintTree } from "./lint-tree.js";
import { root } from "./run-script.js";

const packages = Object.keys(mayUse);
const arrow = (from: string, to: string): string => `${from} -> ${to}`;

function readJson<Content>(file: string): Content {
  return JSON.parse(readFileSync(root + file, "utf8")) as Content;
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

function ownPackages(dependencies: Readonly<Record<string, string>> = {}): string[] {
  return Object.keys(dependencies)
    .filter((name) => name.startsWith("@sluice/"))
    .map((name) => name.slice("@sluice/".length))
    .toSorted();
}

function shippedDependencies(name: string): Readonly<Record<string, string>> {
  const manifest = readJson<Manifest>(`packages/${name}/package.json`);
  return { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies };
}

function references(name: string): string[] {
  const { references: paths = [] } = readJson<{ references?: { path: string }[] }>(`packages/${name}/tsconfig.json`);
  return paths.map(({ path }) => path.replace(/^\.\.\//, "")).toSorted();
}

const present = packages.filter((name) => existsSync(`${root}packages/${name}/package.json`));

test("every package has a place in the table of layers", () => {
  const found = readdirSync(`${root}packages`).filter((name) => existsSync(`${root}packages/${name}/package.json`));
  expect(packages).toEqual(expect.arrayContaining(found));
});

test("below the applications, every arrow of the table points to a package above it in the table", () => {
  for (const [position, name] of packages.entries()) {
    if (applications.includes(name)) continue;
    expect(packages.slice(0, position), name).toEqual(expect.arrayContaining([...(mayUse[name] ?? [])]));
  }
});

test.each(present)("%s: the dependencies in package.json follow the arrows", (name) => {
  expect(mayUse[name]).toEqual(expect.arrayContaining(ownPackages(shippedDependencies(name))));
  const development = ownPackages(readJson<Manifest>(`packages/${name}/package.json`).devDependencies);
  // @sluice/test depends on every package, so not even a devDependency may name it: the build order would be a circle.
  const allowed = [...(mayUse[name] ?? []), ...testsMayUse].filter((other) => other !== "test");
  expect(allowed).toEqual(expect.arrayContaining(development));
});

test.each(present)("%s: the references in tsconfig.json are the dependencies in package.json", (name) => {
  expect(references(name)).toEqual(ownPackages(shippedDependencies(name)));
});

test.each(present.filter((name) => withoutSdks.includes(name)))("%s: depends on no vendor's SDK", (name) => {
  const scopes = sdks.map((sdk) => sdk.replace("*", ""));
  const found = Object.keys(shippedDependencies(name)).filter((dependency) =>
    scopes.some((scope) => (scope.endsWith("/") ? dependency.startsWith(scope) : dependency === scope)),
  );
  expect(found).toEqual([]);
});

/** One file for each package and each thing it might import, so that one run of the linter draws the whole map. */
function everyImport(fileName: (to: string) => string, targets: readonly string[]): Record<string, string> {
  const files: Record<string, string> = {};
  for (const from of packages) {
    for (const to of targets) {
      files[`packages/${from}/src/${fileName(to)}`] = `export { thing } from "@sluice/${to}";\n`;
      files[`packages/${from}/src/deep/${fileName(to)}`] = `export { thing } from "@sluice/${to}/testing";\n`;
    }
  }
  return files;
}

/** The arrows the linter forbids, of a tree made by `everyImport`. */
async function forbidden(suffix: string, targets: readonly string[]): Promise<string[]> {
  const findings = await lintTree(everyImport((to) => `${to}${suffix}`, targets));
  const arrows = findings.map(({ file, rule }) => {
    expect(rule).toBe("eslint(no-restricted-imports)");
    const [, from = "", path = ""] = /^packages\/([^/]+)\/src\/(?:deep\/)?(.+)$/.exec(file) ?? [];
    return arrow(from, path.slice(0, -suffix.length));
  });
  return arrows.toSorted();
}

/** The same from the table; twice each, for the import of the package and of a subpath. */
function expected(targets: readonly string[], alsoAllowed: readonly string[]): string[] {
  const arrows = packages.flatMap((from) => {
    const allowed = [...(mayUse[from] ?? []), ...alsoAllowed, ...(applications.includes(from) ? [from] : [])];
    return targets.filter((to) => !allowed.includes(to)).map((to) => arrow(from, to));
  });
  return [...arrows, ...arrows].toSorted();
}

test("lint forbids every import that the table does not allow, and no other", async () => {
  const targets = [...packages, "test"];
  expect(await forbidden(".ts", targets)).toEqual(expected(targets, []));
});

test("lint lets tests import simulators and test tools besides, and nothing more", { timeout: 60_000 }, async () => {
  const targets = [...packages, "test"];
  expect(await forbidden(".test.ts", targets)).toEqual(expected(targets, testsMayUse));
  expect(await forbidden(".test-d.ts", targets)).toEqual(expected(targets, testsMayUse));
});

test("lint keeps vendors' SDKs out of contracts and machinery, and lets vendors have them", async () => {
  const names = sdks.map((sdk) => sdk.replace("*", "anything"));
  const files = packages.flatMap((from) =>
    names.map(
      (name, index) => [`packages/${from}/src/${index}.ts`, `export type { Thing } from "${name}";\n`] as const,
    ),
  );
  const findings = await lintTree(Object.fromEntries(files));
  const found = new Map<string, number>();
  for (const { file } of findings) {
    const from = file.split("/")[1] ?? "";
    found.set(from, (found.get(from) ?? 0) + 1);
  }
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(withoutSdks.map((name) => [name, names.length])));
});

test("lint forbids the way round by a path, and leaves a package's own paths alone", async () => {
  const findings = await lintTree({
    "packages/core/src/bad.ts": `export { thing } from "../../slack/src/index.js";\n`,
    "packages/core/src/deep/bad.test.ts": `export { thing } from "../../../../test/src/tcp-proxy/index.js";\n`,
    "packages/http/src/bad.ts": `export { thing } from "../../../examples/demo/src/main.js";\n`,
    "packages/core/src/deep/good.ts": `export { thing } from "../clock/clock.js";\n`,
  });
  expect(findings.map(({ file }) => file).toSorted()).toEqual([
    "packages/core/src/bad.ts",
    "packages/core/src/deep/bad.test.ts",
    "packages/http/src/bad.ts",
  ]);
});

test("the message says why, and where the code belongs instead", async () => {
  const [finding] = await lintTree({ "packages/core/src/bad.ts": `export { SlackApi } from "@sluice/slack";\n` });
  expect(finding?.help).toMatch(/core holds the contracts .* Put the code into the package that needs both/);
});
