import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { labelCatalogue, metricCatalogue } from "@sluice/telemetry";
import { describe, expect, it } from "vitest";
import { metricsPage } from "../../scripts/metrics-page.mjs";

const page = await readFile(fileURLToPath(new URL("../../docs/metrics.md", import.meta.url)), "utf8");

describe("docs/metrics.md", () => {
  it("is what the list of metrics gives", () => {
    expect(page).toBe(metricsPage(metricCatalogue, labelCatalogue));
  });

  it("would not be, were a metric added", () => {
    const another = { name: "sluice_another_total", type: "counter", labels: [], unit: "things", help: "Another." };
    expect(metricsPage([...metricCatalogue, another], labelCatalogue)).not.toBe(page);
  });

  it("names every label of every metric, with what it may say", () => {
    const described = new Set(labelCatalogue.map(({ label }) => label));
    for (const { labels } of metricCatalogue) for (const label of labels) expect(described).toContain(label);
    for (const { of } of labelCatalogue)
      if (of !== undefined) expect(metricCatalogue.map(({ name }) => name)).toContain(of);
  });
});
