import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { gitlabComLimits, gitlabSources, selfManagedLimits } from "../index.js";
import { endpoints } from "./endpoints.js";

interface Published {
  readonly value: number | null;
  readonly unit: string;
  readonly scope: string;
  readonly source: string;
}

const data = JSON.parse(readFileSync(new URL("../../data/gitlab.json", import.meta.url), "utf8")) as {
  readonly gitlabCom: Record<string, Published>;
  readonly selfManagedDefaults: Record<string, Published>;
  readonly sources: object;
};
const tiers = [
  [gitlabComLimits, data.gitlabCom],
  [selfManagedLimits, data.selfManagedDefaults],
] as const;

describe("the published figures", () => {
  it("are the same in the data file and in the module made from it", () => {
    const script = fileURLToPath(new URL("../../scripts/generate-limits.mjs", import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
  });

  it("keep value, scope and source of each", () => {
    for (const [limits, published] of tiers) {
      expect(Object.keys(limits)).toEqual(Object.keys(published));
      for (const [name, { value, scope, source }] of Object.entries(published)) {
        expect(limits[name], name).toMatchObject({ limit: value, scope, source });
        expect(Object.hasOwn(gitlabSources, source), `${name}: ${source}`).toBe(true);
      }
    }
    expect(gitlabSources).toEqual(data.sources);
  });

  it.each([
    ["requests/minute", gitlabComLimits["authenticatedApi"], 60_000],
    ["requests/10 minutes", gitlabComLimits["GET /projects"], 600_000],
    ["requests/5 minutes", gitlabComLimits["signIn"], 300_000],
    ["requests/3600 seconds", selfManagedLimits["authenticatedApi"], 3_600_000],
    ["requests/15 seconds", selfManagedLimits["filesApiAuthenticated"], 15_000],
    ["requests/8 hours", selfManagedLimits["duoAiAction"], 28_800_000],
    ["emails/day", selfManagedLimits["notificationEmails"], 86_400_000],
  ])("take %s for a window of %#", (unit, limit, windowMs) => {
    expect([limit?.windowMs, limit?.what]).toEqual([windowMs, unit.split("/")[0]]);
  });

  it("are those that requests count against: every name is published", () => {
    const names = new Set(endpoints.map(({ name }) => name));
    expect(names.size).toBeGreaterThan(40);
    for (const name of names)
      expect(Object.hasOwn(gitlabComLimits, name) || Object.hasOwn(selfManagedLimits, name), name).toBe(true);
  });
});
