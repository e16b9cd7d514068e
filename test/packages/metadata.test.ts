import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../tooling/run-script.js";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly type?: string;
  readonly license?: string;
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly sideEffects?: boolean | readonly string[];
  readonly files?: readonly string[];
  readonly engines?: { readonly node?: string };
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
  readonly publishConfig?: { readonly access?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

const names = readdirSync(`${root}packages`).toSorted();
const license = readFileSync(`${root}LICENSE`, "utf8");
const budgets = JSON.parse(readFileSync(`${root}scripts/pack-check/size-budgets.json`, "utf8")) as object;

describe.each(names)("packages/%s", (name) => {
  const folder = join(root, "packages", name);
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;

  test("says what it is, on what it runs and under which license", () => {
    expect(manifest).toMatchObject({
      name: `@sluice/${name}`,
      type: "module",
      license: "MIT",
      engines: { node: ">=20" },
      publishConfig: { access: "public" },
    });
    expect(manifest.keywords).toEqual(expect.arrayContaining(["rate-limit"]));
    expect(manifest.description).toMatch(/\.$/);
    expect(readFileSync(join(folder, "LICENSE"), "utf8")).toBe(license);
  });

  test("tells bundlers which files may be dropped", () => {
    expect(manifest.sideEffects).toBeDefined();
  });

  test("publishes sources and what was built of them, and no tests", () => {
    expect(manifest.files).toEqual(
      expect.arrayContaining(["dist", "src", "CHANGELOG.md", "!**/*.test.ts", "!**/*.test-d.ts"]),
    );
    expect(manifest.files).toEqual(expect.arrayContaining(["!dist/.tsbuildinfo", "!dist/.javascript.tsbuildinfo"]));
  });

  test("asks for the packages it is released with, in the same version", () => {
    const ours = Object.entries(manifest.dependencies ?? {}).filter(([other]) => other.startsWith("@sluice/"));
    expect(ours.filter(([, range]) => range !== manifest.version)).toEqual([]);
  });

  test("has no peer that must be installed", () => {
    const peers = Object.keys(manifest.peerDependencies ?? {});
    expect(peers.filter((peer) => manifest.peerDependenciesMeta?.[peer]?.optional !== true)).toEqual([]);
  });

  test("has a report of every entry's surface, and none of an entry that is gone", () => {
    const entries = Object.entries(manifest.exports).filter(([, target]) => typeof target === "object");
    const wanted = entries.map(
      ([subpath]) => `${subpath === "." ? "index" : subpath.slice(2).replaceAll("/", "-")}.api.md`,
    );
    const api = join(folder, "api");
    expect(existsSync(api) ? readdirSync(api).toSorted() : []).toEqual(wanted.toSorted());
  });

  test("has a size budget", () => {
    expect(budgets).toHaveProperty(name, {
      packedBytes: expect.any(Number) as number,
      unpackedBytes: expect.any(Number) as number,
    });
  });
});

test("no size budget is left of a package that is gone", () => {
  expect(Object.keys(budgets).toSorted()).toEqual(names);
});
