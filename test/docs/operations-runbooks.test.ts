import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { labelCatalogue, metricCatalogue } from "@sluice/telemetry";
import { describe, expect, it } from "vitest";
import { runbookOf } from "../../packages/telemetry/scripts/monitoring/alert-rules.mjs";
import { alertsPage } from "../../packages/telemetry/scripts/monitoring/alerts-page.mjs";
import { alertGroups } from "../../packages/telemetry/scripts/monitoring/alerts.mjs";
import { createChecker } from "../../packages/telemetry/scripts/monitoring/check-expression.mjs";
import { operationsPages, pageText, runLine, wordsOf } from "./operations-console.js";

const page = pageText("runbooks");
const { check } = createChecker(metricCatalogue, labelCatalogue);
const parts = ["Means:", "First look:", "Likely causes:", "Do:", "Harmless when", "Silence:"];

/** Dashboards by the name without "Sluice /", with the titles of their panels. */
const dashboards = new Map(
  readdirSync(fileURLToPath(new URL("../../packages/telemetry/dashboards/", import.meta.url))).map((file) => {
    const text = readFileSync(new URL(`../../packages/telemetry/dashboards/${file}`, import.meta.url), "utf8");
    const { title, panels } = JSON.parse(text) as { title: string; panels: readonly { readonly title: string }[] };
    return [title.replace("Sluice / ", ""), panels.map((panel) => panel.title)];
  }),
);

describe("the runbooks", () => {
  it("have one section for each alert, in the alerts' groups and order, under the alert's own anchor", () => {
    const headings = (text: string) => [...text.matchAll(/^(##+ .*)$/gm)].map(([heading]) => heading);
    expect(headings(page)).toEqual(headings(alertsPage()));
    expect(headings(page).filter((one) => one.startsWith("### "))).toEqual(
      alertGroups.flatMap(({ alerts }) => alerts.map(({ name }) => `### ${name}`)),
    );
    const anchors = alertGroups.flatMap(({ alerts }) => alerts.map((alert) => runbookOf(alert).split("#")[1]));
    expect(anchors).toEqual(alertGroups.flatMap(({ alerts }) => alerts.map(({ name }) => name.toLowerCase())));
  });

  it("say the same six things of each, in one order", () => {
    for (const section of page.split("\n### ").slice(1)) {
      const said = [...section.matchAll(/^\*\*(.*?)\*\*/gm)].map(([, bold]) => bold);
      expect(said, section.split("\n", 1)[0]).toEqual(parts);
    }
  });

  it("silence by labels that the alert carries", () => {
    const byName = new Map(alertGroups.flatMap(({ alerts }) => alerts.map((alert) => [alert.name, alert] as const)));
    for (const section of page.split("\n### ").slice(1)) {
      const [name = ""] = section.split("\n", 1);
      const [, silence = ""] = /\*\*Silence:\*\*([\s\S]*)/.exec(section) ?? [];
      const { labels } = check(byName.get(name)?.expr ?? "");
      for (const [, label = ""] of silence.split("\n\n", 1)[0]?.matchAll(/`([a-z]+)`/g) ?? [])
        if (label !== "shadow" && label !== "info") expect(labels, name).toContain(label);
    }
  });
});

describe("the pages of operations", () => {
  it("point to panels that are there", () => {
    const named = operationsPages.flatMap((name) => [
      ...pageText(name).matchAll(/`(Overview|Provider|Security|Limiter and store) \/ ([^`]+)`/g),
    ]);
    expect(named.length).toBeGreaterThan(15);
    for (const [, dashboard = "", panel] of named) expect(dashboards.get(dashboard)).toContain(panel);
  });

  it.each(operationsPages)("%s asks for metrics, labels and values that there are", (name) => {
    const text = pageText(name);
    for (const [, expression = ""] of text.matchAll(/^```promql\n([\s\S]*?)^```/gm))
      expect(() => check(expression)).not.toThrow();
    const known = metricCatalogue.flatMap((metric) => [
      metric.name,
      ...["_bucket", "_sum", "_count"].map((end) => metric.name + end),
    ]);
    for (const [metric] of text.matchAll(/\bsluice_[a-z_]+/g)) expect(known).toContain(metric);
  });

  it.each(operationsPages)("%s shows commands that the program has, with options that they take", async (name) => {
    for (const line of commandsIn(pageText(name))) {
      const words = wordsOf(line);
      const command = await commandOf(words);
      const help = (await runLine(`sluice ${command.join(" ")} --help`)).shown;
      expect(help, line).toContain("Usage: sluice");
      for (const word of words.filter((one) => one.startsWith("--"))) expect(help, line).toContain(` ${word}`);
    }
  });
});

/** Lines of shell, of consoles, and what stands in the text, where it is a command and no mere name of one. */
function commandsIn(text: string): readonly string[] {
  const shown = [...text.matchAll(/^(?:\$ )?(sluice .*)$/gm)].map(([, line]) => String(line));
  const inText = [...text.matchAll(/`(sluice [^`]+)`/g)].map(([, line]) => String(line).replaceAll("\n", " "));
  return [...new Set([...shown, ...inText])];
}

/** The command's own words: `limits add`, `doctor`. */
async function commandOf(words: readonly string[]): Promise<readonly string[]> {
  const [first = "", second = ""] = words;
  if (first.startsWith("--")) return [];
  const help = (await runLine(`sluice ${first} --help`)).shown;
  expect(help, words.join(" ")).toContain(`Usage: sluice ${first} `);
  return /^[a-z]+$/.test(second) && new RegExp(`^  ${second} `, "m").test(help) ? [first, second] : [first];
}
