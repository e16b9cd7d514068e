import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { labelCatalogue, metricCatalogue } from "@sluice/telemetry";
import { describe, expect, it, onTestFinished } from "vitest";
import { alertRules, runbookOf } from "../../packages/telemetry/scripts/monitoring/alert-rules.mjs";
import { alertsPage } from "../../packages/telemetry/scripts/monitoring/alerts-page.mjs";
import { alertGroups } from "../../packages/telemetry/scripts/monitoring/alerts.mjs";
import { prometheusBinaries } from "./prometheus.js";

const folder = fileURLToPath(new URL("../../packages/telemetry/alerts/", import.meta.url));
const rulesFile = join(folder, "sluice.rules.yaml");
const rules = await readFile(rulesFile, "utf8");
const page = await readFile(new URL("../../docs/alerts.md", import.meta.url), "utf8");
const alerts = alertGroups.flatMap((group) => group.alerts);
const suites = (await readdir(join(folder, "tests"))).map((file) => join("tests", file));

/** Runs promtool; its output, and whether it was content. */
async function promtool(cwd: string, ...args: readonly string[]): Promise<{ ok: boolean; said: string }> {
  return new Promise((resolve) => {
    execFile(prometheusBinaries().promtool.path, args, { cwd, timeout: 50_000 }, (error, stdout, stderr) =>
      resolve({ ok: error === null, said: `${stdout}${stderr}` }),
    );
  });
}

/** The unit tests against other rules. */
async function testAgainst(text: string): Promise<{ ok: boolean; said: string }> {
  const copy = await mkdtemp(join(tmpdir(), "sluice-rules-"));
  onTestFinished(() => rm(copy, { recursive: true, force: true }));
  await cp(join(folder, "tests"), join(copy, "tests"), { recursive: true });
  await writeFile(join(copy, "sluice.rules.yaml"), text);
  return promtool(copy, "test", "rules", ...suites);
}

/** For each alert what would make it fire too late, too early or at the wrong thing. */
const wrong: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  SluiceThrottledByProvider: [
    ["> 0\n", "> 1\n"],
    [" unless sluice_api", " and sluice_api"],
    ['{outcome="throttled"}', '{outcome!="ok"}'],
  ],
  SluiceBreakerOpened: [
    ["((sluice_circuit_breaker_state > 0) < 3)", "(sluice_circuit_breaker_state > 0)"],
    ["((sluice_circuit_breaker_state > 0) < 3)", "(sluice_circuit_breaker_state == 1)"],
    ["for: 0m", "for: 2m"],
  ],
  SluiceBreakerIsolated: [
    ["for: 1h", "for: 50m"],
    ["== 3", "> 0"],
  ],
  SluiceRetriesExhausted: [
    ["> 0.05", "> 0.049"],
    ["> 0.05", "> 0.07"],
    [" unless sluice_retry", " and sluice_retry"],
  ],
  SluiceCallsRefused: [
    ["> 0.2", "> 0.199"],
    ["> 0.2", "> 0.22"],
    ["for: 5m", "for: 1m"],
  ],
  SluicePolicyRejects: [
    ["> 0.2", "> 0.199"],
    ["> 0.2", "> 0.26"],
    ["for: 5m", "for: 2m"],
  ],
  SluiceMassViolations: [
    ["> 100", ">= 100"],
    ["> 100", "> 130"],
    ['caller!~"|other"', 'caller!="x"'],
  ],
  SluiceConcurrencyNearLimit: [
    [">= 0.9", ">= 0.89"],
    [">= 0.9", "> 0.9"],
    ["for: 5m", "for: 3m"],
  ],
  SluiceOverrideEndsSoon: [
    ["< 900", "< 840"],
    ["< 900", "<= 900"],
  ],
  SluiceStoreAway: [
    ["local|open|closed", "local|open|closed|memory"],
    ["local|open|closed", "open|closed"],
    ["for: 1m", "for: 0m"],
  ],
  SluicePolicyCopyOld: [
    ["> 60", ">= 60"],
    ["> 60", "> 180"],
    ["for: 1m", "for: 0m"],
  ],
  SluiceDecisionsSlow: [
    ["> 0.002", ">= 0.002"],
    ["> 0.002", "> 0.004"],
    ["for: 5m", "for: 1m"],
  ],
};

/** The rules with one of them changed. */
function inAlert(text: string, name: string, from: string, to: string): string {
  const parts = text.split(/(?=^ {6}- alert: )/m);
  const changed = parts.map((part) => (part.includes(`alert: ${name}\n`) ? part.replaceAll(from, to) : part)).join("");
  if (changed === text) throw new Error(`${name} has no ${from}`);
  return changed;
}

/** The alerts that failed tests name. */
function failures(said: string): string[] {
  return [...said.matchAll(/alertname[:=]\s*\\?"?(\w+)/g)].map(([, name = ""]) => name);
}

describe("alert rules", () => {
  it("are what promtool calls valid", async () => {
    const { ok, said } = await promtool(folder, "check", "rules", rulesFile);
    expect(said).toContain(`${alerts.length} rules found`);
    expect(ok).toBe(true);
  }, 60_000);

  it("pass their unit tests", async () => {
    const { ok, said } = await promtool(folder, "test", "rules", ...suites);
    expect({ ok, said }).toMatchObject({ ok: true });
    expect(said.match(/SUCCESS/g)).toHaveLength(suites.length);
  }, 60_000);

  it.each(["first", "second", "third"] as const)(
    "would not pass them with another threshold: %s change",
    async (which) => {
      const index = ["first", "second", "third"].indexOf(which);
      const changed = Object.entries(wrong).filter(([, changes]) => changes.length > index);
      const { ok, said } = await testAgainst(
        changed.reduce((text, [name, changes]) => inAlert(text, name, ...(changes[index] ?? ["", ""])), rules),
      );
      expect(ok).toBe(false);
      expect(changed.map(([name]) => name).filter((name) => !failures(said).includes(name))).toEqual([]);
    },
    60_000,
  );

  it("would not pass them without any of the rules", async () => {
    const { ok, said } = await testAgainst(rules.replaceAll("alert: Sluice", "alert: Other"));
    expect(ok).toBe(false);
    expect(alerts.map(({ name }) => name).filter((name) => !failures(said).includes(name))).toEqual([]);
  }, 60_000);

  it("and their page are what the list of metrics gives", () => {
    expect(rules).toBe(alertRules(metricCatalogue, labelCatalogue));
    expect(page).toBe(alertsPage());
  });

  it("lead to a chapter that exists", () => {
    const runbooks = readFileSync(new URL("../../docs/operations/runbooks.md", import.meta.url), "utf8");
    const anchors = [...runbooks.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
      title.toLowerCase().replaceAll(" ", "-"),
    );
    for (const alert of alerts) expect(anchors).toContain(runbookOf(alert).replace("docs/operations/runbooks.md#", ""));
  });

  it("cannot be made when a metric that they need is no longer there", () => {
    for (const name of ["sluice_policy_copy_age_seconds", "sluice_rate_limit_violations_total"]) {
      const without = metricCatalogue.filter((metric) => metric.name !== name);
      expect(() => alertRules(without, labelCatalogue)).toThrow(name);
    }
  });
});
