import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as aws from "@sluice/aws";
import * as github from "@sluice/github";
import * as gitlab from "@sluice/gitlab";
import * as keycloak from "@sluice/keycloak";
import * as kubernetes from "@sluice/kubernetes";
import * as slack from "@sluice/slack";
import { describe, expect, it } from "vitest";

const text = (vendor: string): string =>
  readFileSync(fileURLToPath(new URL(`../../docs/vendors/${vendor}.md`, import.meta.url)), "utf8");

/** The rows of the table whose first column is "exported as": name, then the other cells. */
function figures(vendor: string): readonly (readonly string[])[] {
  const lines = text(vendor).split("\n");
  const from = lines.findIndex((line) => line.startsWith("| exported as"));
  const rows: string[][] = [];
  for (const line of lines.slice(from + 2)) {
    if (!line.startsWith("|")) break;
    rows.push(
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim().replace(/^`(.*)`$/, "$1")),
    );
  }
  return rows;
}

/** What a name such as `primaryLimits.user`, or `slackMethods["users.list"]`, stands for in a package. */
function exported<Figure>(from: object, name: string | undefined): Figure {
  const path = (name ?? "").match(/[A-Za-z]\w*(?:\.\w+)*(?=")|\w+/g) ?? [];
  let value: unknown = from;
  for (const step of path) value = Reflect.get(value as object, step);
  if (value === undefined) throw new Error(`nothing is exported as ${name}`);
  return value as Figure;
}

interface Sized {
  readonly capacity?: number;
  readonly refillPerSecond?: number;
  readonly limit?: number;
  readonly windowMs?: number;
  readonly source: string;
}

/** The address on the page is the one in the data, where the data has one. */
function expectSource(cell: string | undefined, source: unknown): void {
  const { url } = (source ?? {}) as { readonly url?: string };
  const linked = /\((https:[^)#]*)/.exec(cell ?? "")?.[1];
  if (url !== undefined && linked !== undefined && !url.includes("<")) expect(linked).toBe(url);
}

describe("every figure on a vendor's page is that of the package:", () => {
  it("Slack", () => {
    const rows = figures("slack");
    expect(rows.length).toBeGreaterThan(6);
    for (const [name, tier, perMinute] of rows) {
      const figure = exported<{ tier?: string; perMinute: number }>(slack, name);
      expect([name, figure.tier ?? tier, `${figure.perMinute}`]).toEqual([name, tier, perMinute]);
    }
  });

  it("GitHub", () => {
    const rows = figures("github");
    expect(rows.length).toBeGreaterThan(8);
    for (const [name, figure = "", , source] of rows) {
      const { value, unit, source: key } = exported<{ value: number; unit: string; source: string }>(github, name);
      const [number, ...words] = figure.split(" ");
      expect([name, Number(number)]).toEqual([name, value]);
      expect(unit).toContain(words.at(-1) === "flight" ? "concurrent" : words.at(-1));
      expectSource(source, github.githubSources[key]);
    }
  });

  it("GitLab", () => {
    const rows = figures("gitlab");
    expect(rows.length).toBeGreaterThan(8);
    const said = (limits: typeof gitlab.gitlabComLimits, name: string): string => {
      const figure = limits[name];
      if (figure === undefined) return "none";
      if (figure.enabledByDefault === false || figure.limit === 0) return "off";
      return figure.windowMs === 60_000 ? `${figure.limit} per minute` : `${figure.limit} in 10 minutes`;
    };
    for (const [name = "", com, own] of rows)
      expect([name, com, own]).toEqual([
        name,
        said(gitlab.gitlabComLimits, name),
        said(gitlab.selfManagedLimits, name),
      ]);
    expect(text("gitlab")).toContain((gitlab.gitlabSources["com-limits"] as { url: string }).url);
  });

  it("AWS", () => {
    const rows = figures("aws");
    expect(rows.length).toBeGreaterThan(8);
    for (const [name, figure, , source] of rows) {
      const size = exported<Sized>(aws, name);
      const said =
        size.capacity === undefined
          ? `${size.limit} a second`
          : `bucket of ${size.capacity}, ${size.refillPerSecond} a second`;
      expect([name, figure, size.windowMs ?? 1000]).toEqual([name, said, 1000]);
      expectSource(source, aws.awsSources[size.source]);
    }
  });

  it("Keycloak", () => {
    const { globalRate, namespaceRate, reconcileJitter, serverLimit } = keycloak;
    expect(figures("keycloak").map(([name, figure]) => [name, figure])).toEqual([
      ["globalRate", `${globalRate.refillRate} a second, burst ${globalRate.burst}`],
      ["namespaceRate", `${namespaceRate.refillRate} a second, burst ${namespaceRate.burst}`],
      ["reconcileJitter", `up to ${reconcileJitter.mostSeconds} s`],
      ["serverLimit", serverLimit.perSecond ?? "none"],
    ]);
  });

  it("Kubernetes", () => {
    const { clientGoRate } = kubernetes;
    const [rate, ...others] = figures("kubernetes");
    expect(rate?.slice(0, 2)).toEqual([
      "clientGoRate",
      `${clientGoRate.refillRate} a second, burst ${clientGoRate.burst}`,
    ]);
    expect(others).toHaveLength(4);
    for (const [name, figure] of others) {
      const { value, unit } = exported<{ value: number; unit: string }>(kubernetes, name);
      expect([name, figure]).toEqual([name, `${value} ${unit}`]);
    }
  });
});
