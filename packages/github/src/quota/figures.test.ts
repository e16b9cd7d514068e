import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  contentCreationEndpoints,
  endpointLimits,
  githubSources,
  graphqlLimits,
  pointCosts,
  primaryLimits,
  resourceLimits,
  secondaryLimits,
  type Figure,
} from "../index.js";
import { knownOperations } from "../operations/operation.js";

const root = new URL("../../", import.meta.url);

describe("the generated figures", () => {
  it.each(["generate-limits.mjs", "generate-routes.mjs"])("are what %s would write", (script) => {
    const path = fileURLToPath(new URL(`scripts/${script}`, root));
    expect(() => execFileSync(process.execPath, [path, "--check"], { stdio: "pipe" })).not.toThrow();
  });

  it("all name where they come from", () => {
    const tables: readonly Readonly<Record<string, Figure>>[] = [
      primaryLimits,
      graphqlLimits,
      resourceLimits,
      endpointLimits,
      secondaryLimits,
      pointCosts,
    ];
    const figures = tables.flatMap((table) => Object.values(table));
    expect(figures.length).toBeGreaterThan(40);
    for (const { source } of figures) expect(Object.keys(githubSources)).toContain(source);
  });

  it("are those of the data", () => {
    const data = JSON.parse(readFileSync(new URL("data/github.json", root), "utf8")) as {
      resources: Record<string, { value: number | null }>;
    };
    expect(Object.fromEntries(Object.entries(resourceLimits).map(([name, { value }]) => [name, value]))).toEqual(
      Object.fromEntries(Object.entries(data.resources).map(([name, { value }]) => [name, value])),
    );
  });

  it("speak of routes that have a name", () => {
    expect(knownOperations).toEqual(
      expect.arrayContaining([...contentCreationEndpoints, ...Object.keys(endpointLimits)]),
    );
  });
});
