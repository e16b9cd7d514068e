import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { labelCatalogue, metricCatalogue } from "@sluice/telemetry";
import { startRedisServer } from "@sluice/test/redis-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { alertGroups } from "../../packages/telemetry/scripts/monitoring/alerts.mjs";
import { dashboards } from "../../packages/telemetry/scripts/monitoring/dashboards.mjs";
import { startFleet } from "./fleet.js";
import { readDashboard, shippedDashboards } from "./shipped.js";
import { type Prometheus, startPrometheus } from "./prometheus.js";

const ruleFile = fileURLToPath(new URL("../../packages/telemetry/alerts/sluice.rules.yaml", import.meta.url));
const ROUNDS = 4;
/** Two scrapes after the last change, and one for good measure. */
const SETTLE_MS = 3_000;
/** For Redis, Prometheus, its first scrape and all rounds, on a machine that others use. */
const START_TIMEOUT_MS = 120_000;
/** A scrape that comes too late, since this process stalled, leaves a gap until the next one. */
const soon = { timeout: 10_000 };

/** As Grafana replaces them, but for the rate interval: long enough for all that the fleet did, on a slow machine too. */
const chosen: Readonly<Record<string, string>> = {
  $__rate_interval: "2m",
  $__range: "3m",
  $provider: "(github|odd|broken)",
  $account: ".*",
  $policy: ".*",
  $instance: ".*",
};

function filledIn(expression: string): string {
  return expression.replaceAll(/\$\w+/g, (variable) => chosen[variable] ?? variable);
}

describe("a fleet of two, scraped by a real Prometheus", () => {
  let prometheus: Prometheus;
  const opened: AsyncDisposable[] = [];
  const open = <One extends AsyncDisposable>(one: One): One => {
    opened.unshift(one);
    return one;
  };

  beforeAll(async () => {
    const redis = open(await startRedisServer());
    const fleet = open(await startFleet(redis.url));
    prometheus = open(await startPrometheus({ targets: fleet.members.map(({ target }) => target), ruleFile }));
    for (let round = 0; round < ROUNDS; round += 1) {
      await Promise.all([...fleet.members.map((member) => member.round()), sleep(1_000)]);
    }
    await sleep(SETTLE_MS);
  }, START_TIMEOUT_MS);

  afterAll(async () => {
    for (const one of opened) await one[Symbol.asyncDispose]();
  });

  it("is seen whole: both members, and every metric of the catalogue", async () => {
    await expect.poll(() => prometheus.up(), soon).toBe(2);
    const missing = async (): Promise<string[]> => {
      const series = await prometheus.query('count by (__name__) ({__name__=~"sluice_.+"})');
      const names = new Set(series.map(({ metric }) => metric["__name__"]?.replace(/_(bucket|sum|count)$/, "")));
      return metricCatalogue.map(({ name }) => name).filter((name) => !names.has(name));
    };
    await expect.poll(missing, soon).toEqual([]);
  });

  it.each(shippedDashboards)("every panel of %s gets an answer, with series", async (file) => {
    const written = dashboards(metricCatalogue, labelCatalogue).find((one) => one.file === file);
    const mayBeEmpty = new Map(
      written?.rows.flatMap(({ panels }) => panels.map((panel) => [panel.title, panel.emptyWhenHealthy])),
    );
    const shipped = await readDashboard(file);
    const questions = shipped.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));
    const problems = async (): Promise<string[]> => {
      const found: string[] = [];
      for (const { title, expr } of questions) {
        const series = await prometheus.query(filledIn(expr)).catch((error: Error) => error.message);
        if (typeof series === "string") found.push(`${title}: ${series}: ${expr}`);
        else if (series.length === 0 && mayBeEmpty.get(title) === undefined) found.push(`${title}: empty: ${expr}`);
      }
      return found;
    };
    await expect.poll(problems, soon).toEqual([]);
    expect(questions.length).toBeGreaterThan(15);
  });

  it("panels that may be empty are not so here, where everything goes wrong", async () => {
    const panels = dashboards(metricCatalogue, labelCatalogue).flatMap(({ rows }) => rows.flatMap((row) => row.panels));
    const empty = async (): Promise<string[]> => {
      const found: string[] = [];
      for (const { title, queries, emptyWhenHealthy } of panels) {
        if (emptyWhenHealthy === undefined) continue;
        const answers = await Promise.all(queries.map(([expr]) => prometheus.query(filledIn(expr))));
        if (answers.every((series) => series.length === 0)) found.push(title);
      }
      return found;
    };
    await expect.poll(empty, soon).toEqual([]);
  });

  it("figures say what has happened", async () => {
    const { panels } = await readDashboard("overview.json");
    const shown = async (title: string): Promise<Record<string, number>> => {
      const panel = panels.find((one) => one.title === title);
      const series = await prometheus.query(filledIn(panel?.targets?.[0]?.expr ?? title));
      return Object.fromEntries(series.map(({ metric, value }) => [Object.values(metric).join(), value]));
    };
    const figure = async (title: string): Promise<number | undefined> => (await shown(title))[""];
    // One simulated 429 a round and member, and those of the other provider.
    await expect.poll(() => figure("429s"), soon).toBeGreaterThanOrEqual(2 * ROUNDS);
    await expect.poll(() => shown("Breakers not closed"), soon).toEqual({ "": 1 });
    await expect.poll(() => shown("Circuit breakers"), soon).toMatchObject({ "broken:main": 1 });
    await expect.poll(() => shown("Without the shared store"), soon).toEqual({ "": 0 });
    await expect.poll(() => shown("Where limits are kept"), soon).toEqual({ broken: 1, github: 1, odd: 1 });
    await expect.poll(() => figure("Overrides"), soon).toBeGreaterThanOrEqual(2);
    await expect.poll(() => figure("Refused by limits"), soon).toBeGreaterThan(0);
  });

  it("marks of alerts over the panels can be asked for, and values of variables exist", async () => {
    for (const file of shippedDashboards) {
      const { annotations, templating } = await readDashboard(file);
      for (const { expr } of annotations.list) if (expr !== undefined) await prometheus.query(filledIn(expr));
      for (const { definition } of templating.list) {
        const [, selector = "", label = ""] = /^label_values\((.+), (\w+)\)$/.exec(definition ?? "") ?? [];
        if (selector === "") continue;
        const exist = async (): Promise<boolean> => {
          const values = await prometheus.query(`count by (${label}) (${filledIn(selector)})`);
          return values.some(({ metric }) => metric[label] !== undefined);
        };
        await expect.poll(exist, soon).toBe(true);
      }
    }
  });

  it("every rule is loaded and evaluated without an error, and its expression can be asked", async () => {
    const rules = await prometheus.rules();
    const alerts = alertGroups.flatMap((group) => group.alerts);
    expect(rules.map(({ name }) => name).toSorted()).toEqual(alerts.map(({ name }) => name).toSorted());
    expect(rules.filter(({ lastError }) => lastError !== "")).toEqual([]);
    for (const { expr } of alerts) await prometheus.query(expr);
  });

  it("what is wrong here and needs no time to be sure of fires", async () => {
    const firing = async (): Promise<readonly (string | undefined)[]> => {
      const series = await prometheus.query('ALERTS{alertname=~"Sluice.+",alertstate="firing"}');
      return series.map(({ metric }) => metric["alertname"]);
    };
    const wrong = ["SluiceThrottledByProvider", "SluiceBreakerOpened", "SluiceOverrideEndsSoon"];
    await expect.poll(firing, soon).toEqual(expect.arrayContaining(wrong));
    const names = await firing();
    expect(names).not.toContain("SluiceStoreAway");
    expect(names).not.toContain("SluicePolicyCopyOld");
  });
});
