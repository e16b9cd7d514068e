import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { labelCatalogue, metricCatalogue } from "@sluice/telemetry";
import { describe, expect, it } from "vitest";
import { createChecker } from "../../packages/telemetry/scripts/monitoring/check-expression.mjs";
import { dashboardsPage } from "../../packages/telemetry/scripts/monitoring/dashboards-page.mjs";
import { dashboards } from "../../packages/telemetry/scripts/monitoring/dashboards.mjs";
import { type Panel, readDashboard, shippedDashboards } from "./shipped.js";

interface Validate {
  (data: unknown): boolean;
  readonly errors?: unknown;
}

/** The policies' own, which checks their published schema. */
const { Ajv2020 } = createRequire(new URL("../../packages/policy/package.json", import.meta.url))(
  "ajv/dist/2020.js",
) as { Ajv2020: new (options: object) => { compile(schema: object): Validate } };

const schema = JSON.parse(await readFile(new URL("dashboard.schema.json", import.meta.url), "utf8")) as object;
const written = dashboards(metricCatalogue, labelCatalogue);

describe.each(shippedDashboards)("dashboard %s", (file) => {
  it("has the shape that Grafana reads", async () => {
    const validate = new Ajv2020({ allErrors: true, strict: false }).compile(schema);
    const dashboard = await readDashboard(file);
    validate(dashboard);
    expect(validate.errors ?? []).toEqual([]);
    const { uid: _, ...without } = dashboard;
    expect(validate(without)).toBe(false);
  });

  it("gives each panel an id and a place of its own", async () => {
    const { panels } = await readDashboard(file);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const panel of panels) expect(panel.gridPos.x + panel.gridPos.w).toBeLessThanOrEqual(24);
    const pairs = panels.flatMap((one, index) => panels.slice(index + 1).map((other) => [one, other] as const));
    expect(pairs.filter(([one, other]) => overlap(one, other))).toEqual([]);
  });

  it("calls no two panels by the same name", async () => {
    const titles = (await readDashboard(file)).panels.filter(({ type }) => type !== "row").map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });

  it("links to all the others, and lets them keep the time", async () => {
    const { uid, links } = await readDashboard(file);
    const others = written.map((one) => `/d/${one.uid}`).filter((url) => url !== `/d/${uid}`);
    expect(links.map(({ url }) => url).toSorted()).toEqual(others.toSorted());
  });

  it("lets choose data source, provider, account and instance, and uses what can be chosen", async () => {
    const { panels, templating } = await readDashboard(file);
    const names = templating.list.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["datasource", "provider", "account", "instance"]));
    const asked = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)).join("\n");
    for (const name of names.filter((one) => one !== "datasource")) expect(asked).toContain(`"$${name}"`);
    const used = new Set([...asked.matchAll(/\$([a-z]\w*)/g)].map(([, name]) => name));
    expect([...used].filter((name) => !names.includes(name ?? ""))).toEqual([]);
  });

  it("explains every panel by the words of the metrics behind it", async () => {
    const { check } = createChecker(metricCatalogue, labelCatalogue);
    for (const { targets = [], description } of (await readDashboard(file)).panels)
      for (const { expr } of targets)
        for (const { name, help } of check(expr).metrics) expect(description).toContain(`\`${name}\`: ${help}`);
  });
});

function overlap({ gridPos: one }: Panel, { gridPos: other }: Panel): boolean {
  const across = one.x < other.x + other.w && other.x < one.x + one.w;
  return across && one.y < other.y + other.h && other.y < one.y + one.h;
}

describe("the dashboards together", () => {
  it("are four: overview, limiter and store, security, provider", () => {
    expect(shippedDashboards.toSorted()).toEqual([
      "overview.json",
      "performance.json",
      "provider.json",
      "security.json",
    ]);
  });

  it("show every metric of the catalogue", () => {
    const { check } = createChecker(metricCatalogue, labelCatalogue);
    const queries = written.flatMap(({ rows }) => rows.flatMap(({ panels }) => panels.flatMap((one) => one.queries)));
    const shown = new Set(queries.flatMap(([expr]) => check(expr).metrics.map(({ name }) => name)));
    expect(metricCatalogue.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([]);
  });

  it("and their page are what the list of metrics gives", async () => {
    for (const { file, text } of written) {
      const shipped = new URL(`../../packages/telemetry/dashboards/${file}`, import.meta.url);
      expect(await readFile(shipped, "utf8")).toBe(text);
    }
    const page = new URL("../../docs/dashboards.md", import.meta.url);
    expect(await readFile(page, "utf8")).toBe(dashboardsPage(written));
  });

  it("cannot be made when a metric they show is no longer there, or has lost a label", () => {
    const name = "sluice_store_mode";
    const without = metricCatalogue.filter((metric) => metric.name !== name);
    expect(() => dashboards(without, labelCatalogue)).toThrow(name);
    const poorer = metricCatalogue.map((metric) => (metric.name === name ? { ...metric, labels: ["mode"] } : metric));
    expect(() => dashboards(poorer, labelCatalogue)).toThrow(/has the label provider|no label of/);
  });
});
