import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { applications, mayUse, sdks, testsMayUse, withoutSdks } from "../../scripts/layers.mjs";
import {
  type Arrow,
  forbiddenDependencies,
  lintComplaints,
  referenceComplaints,
  sdkComplaints,
  unlisted,
} from "./arrow-complaints.js";
import { lintTree } from "./lint-tree.js";
import { root } from "./run-script.js";
import { scratchTree } from "./scratch-tree.js";

const packages = Object.keys(mayUse);

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

test("every package is in the table of layers, in what is compiled and in what the tests may import", () => {
  expect(unlisted(root)).toEqual([]);
});

test("of a package that is nowhere, it is said where to put it", () => {
  const compiled = (name: string) => [
    { path: `packages/${name}` },
    { path: `packages/${name}/tsconfig.javascript.json` },
  ];
  const tree = scratchTree({
    "tsconfig.json": JSON.stringify({ references: ["core", "cli"].flatMap(compiled) }),
    "test/tsconfig.json": JSON.stringify({ references: [{ path: "../packages/core" }] }),
    "test/package.json": JSON.stringify({ dependencies: { "@sluice/core": "1.2.3" } }),
    "packages/acme/package.json": JSON.stringify({ version: "1.2.3" }),
    "packages/core/package.json": JSON.stringify({ version: "1.2.3" }),
    "packages/cli/package.json": JSON.stringify({ version: "1.2.3" }),
    "packages/left-over/dist/index.js": "",
  });
  expect(unlisted(tree.path, ["core", "cli"])).toEqual([
    'add "acme" to `vendors` in scripts/layers.mjs, or to the layer it belongs to',
    'add { "path": "packages/acme" } to the references of tsconfig.json',
    'add { "path": "packages/acme/tsconfig.javascript.json" } to the references of tsconfig.json',
    'add { "path": "../packages/acme" } to the references of test/tsconfig.json',
    'add "@sluice/acme": "1.2.3" to the dependencies of test/package.json, then run npm install',
  ]);
});

test("of a difference between the table and the other places, it is said where to mend it", () => {
  expect(forbiddenDependencies("slack", "dependencies", ["core", "http"], ["core", "kit"])).toEqual([
    "take @sluice/http out of the dependencies of packages/slack/package.json: scripts/layers.mjs gives slack core, kit",
  ]);
  expect(referenceComplaints("slack", ["core"], ["kit"])).toEqual([
    'add { "path": "../kit" } to the references of packages/slack/tsconfig.json',
    "add @sluice/core to the dependencies of packages/slack/package.json, or take it out of the references of its tsconfig.json",
  ]);
  const [toHttp, toCli] = [
    { from: "slack", to: "@sluice/http" },
    { from: "slack", to: "@sluice/cli" },
  ];
  const ofAcme = ["@sluice/http", "@sluice/cli"].map((to) => ({ from: "acme", to }));
  expect(lintComplaints([toCli, { from: "http", to: "@sluice/core" }], [toHttp, toCli, ...ofAcme])).toEqual([
    'add "acme" to the "files" of the rules of vendors in .oxlintrc.json',
    "have .oxlintrc.json forbid slack to import @sluice/http, as scripts/layers.mjs does",
    "have .oxlintrc.json let http import @sluice/core, as scripts/layers.mjs does",
  ]);
  const all = withoutSdks.flatMap((from) => sdks.map((to) => ({ from, to })));
  const known = all.filter(({ from, to }) => to !== "@slack/*" || (from !== "core" && from !== "kit"));
  expect(sdkComplaints([...known, { from: "slack", to: "octokit" }])).toEqual([
    "add @slack/* to the names of SDKs in the rules of core, kit in .oxlintrc.json",
    "have .oxlintrc.json let slack import octokit: it is not in `withoutSdks` of scripts/layers.mjs",
  ]);
});

test("below the applications, every arrow of the table points to a package above it in the table", () => {
  for (const [position, name] of packages.entries()) {
    if (applications.includes(name)) continue;
    expect(packages.slice(0, position), name).toEqual(expect.arrayContaining([...(mayUse[name] ?? [])]));
  }
});

test.each(present)("%s: the dependencies in package.json follow the arrows", (name) => {
  const manifest = readJson<Manifest>(`packages/${name}/package.json`);
  const shipped = ownPackages(shippedDependencies(name));
  const development = ownPackages(manifest.devDependencies);
  // @sluice/test depends on every package, so not even a devDependency may name it: the build order would be a circle.
  const allowed = [...(mayUse[name] ?? []), ...testsMayUse].filter((other) => other !== "test");
  expect([
    ...forbiddenDependencies(name, "dependencies", shipped, mayUse[name] ?? []),
    ...forbiddenDependencies(name, "devDependencies", development, allowed),
  ]).toEqual([]);
});

test.each(present)("%s: the references in tsconfig.json are the dependencies in package.json", (name) => {
  expect(referenceComplaints(name, references(name), ownPackages(shippedDependencies(name)))).toEqual([]);
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
async function forbidden(suffix: string, targets: readonly string[]): Promise<Arrow[]> {
  const findings = await lintTree(everyImport((to) => `${to}${suffix}`, targets));
  return findings.map(({ file, rule }) => {
    expect(rule).toBe("eslint(no-restricted-imports)");
    const [, from = "", deep, path = ""] = /^packages\/([^/]+)\/src\/(deep\/)?(.+)$/.exec(file) ?? [];
    return { from, to: `@sluice/${path.slice(0, -suffix.length)}${deep === undefined ? "" : "/testing"}` };
  });
}

/** The same from the table; twice each, for the import of the package and of a subpath. */
function expected(targets: readonly string[], alsoAllowed: readonly string[]): Arrow[] {
  return packages.flatMap((from) => {
    const allowed = [...(mayUse[from] ?? []), ...alsoAllowed, ...(applications.includes(from) ? [from] : [])];
    return targets
      .filter((to) => !allowed.includes(to))
      .flatMap((to) => [`@sluice/${to}`, `@sluice/${to}/testing`].map((path) => ({ from, to: path })));
  });
}

test("lint forbids every import that the table does not allow, and no other", async () => {
  const targets = [...packages, "test"];
  expect(lintComplaints(await forbidden(".ts", targets), expected(targets, []))).toEqual([]);
});

test("lint lets tests import simulators and test tools besides, and nothing more", { timeout: 60_000 }, async () => {
  const targets = [...packages, "test"];
  const wanted = expected(targets, testsMayUse);
  expect(lintComplaints(await forbidden(".test.ts", targets), wanted)).toEqual([]);
  expect(lintComplaints(await forbidden(".test-d.ts", targets), wanted)).toEqual([]);
});

test("lint keeps vendors' SDKs out of contracts and machinery, and lets vendors have them", async () => {
  const names = sdks.map((sdk) => sdk.replace("*", "anything"));
  const files = packages.flatMap((from) =>
    names.map(
      (name, index) => [`packages/${from}/src/${index}.ts`, `export type { Thing } from "${name}";\n`] as const,
    ),
  );
  const findings = await lintTree(Object.fromEntries(files));
  const arrows = findings.map(({ file }) => {
    const [, from = "", index] = /^packages\/([^/]+)\/src\/(\d+)\.ts$/.exec(file) ?? [];
    return { from, to: sdks[Number(index)] ?? file };
  });
  expect(sdkComplaints(arrows)).toEqual([]);
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
