import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { compilerVersions } from "../../scripts/pack-check/compilers.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = readFileSync(`${root}docs/compatibility.md`, "utf8");

interface Manifest {
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

function manifestOf(name: string): Manifest {
  return JSON.parse(readFileSync(`${root}packages/${name}/package.json`, "utf8")) as Manifest;
}

/** The packages of a table, each with the names and ranges in its second column. */
function rowsUnder(heading: string): { name: string; ranges: [string, string][] }[] {
  const section = page.slice(page.indexOf(heading));
  const [table = ""] = /(?:^\|.*\n)+/m.exec(section) ?? [];
  return table
    .split("\n")
    .filter((line) => line.includes("@sluice/"))
    .map((line) => ({
      name: /@sluice\/([\w-]+)/.exec(line)?.[1] ?? "",
      ranges: [...line.matchAll(/`([^`]+)` ([\^>=]+[\d.]+\d|[\^>=]+\d+)/g)].map(([, of = "", range = ""]) => [
        of,
        range,
      ]),
    }));
}

describe("docs/compatibility.md", () => {
  it("names each SDK with the range its package depends on", () => {
    const rows = rowsUnder("brings its SDK");
    expect(rows.length).toBe(8);
    for (const { name, ranges } of rows) {
      expect(ranges.length, name).toBeGreaterThan(0);
      expect(manifestOf(name).dependencies).toMatchObject(Object.fromEntries(ranges));
    }
  });

  it("names each peer, all of them optional", () => {
    const rows = rowsUnder("optional peer:");
    for (const name of ["http", "telemetry", "limiter"]) {
      const { peerDependencies, peerDependenciesMeta } = manifestOf(name);
      expect(Object.fromEntries(rows.find((row) => row.name === name)?.ranges ?? [])).toEqual(peerDependencies);
      for (const peer of Object.keys(peerDependencies ?? {})) expect(peerDependenciesMeta?.[peer]?.optional).toBe(true);
    }
  });

  it("names the compilers that are tried, and the oldest Node", () => {
    const [oldest] = compilerVersions;
    expect(page).toContain(`${oldest} and later`);
    expect(page).toContain(`${compilerVersions.slice(0, -1).join(", ")} and ${compilerVersions.at(-1)}`);
    for (const name of ["core", "slack", "cli"]) expect(manifestOf(name).engines.node).toBe(">=20");
    expect(page).toMatch(/\| Node +\| 20 and later/);
  });

  it("says which version each package asks for of the others: its own", () => {
    for (const name of ["kit", "slack", "cli", "http"]) {
      const { version, dependencies = {} } = manifestOf(name);
      for (const [of, range] of Object.entries(dependencies))
        if (of.startsWith("@sluice/")) expect(range).toBe(version);
    }
  });
});
