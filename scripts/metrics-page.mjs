// docs/metrics.md as text, made from the list of metrics.

/**
 * @param {readonly object[]} metrics - `metricCatalogue` of @sluice/telemetry
 * @param {readonly object[]} labels - `labelCatalogue` of @sluice/telemetry
 */
export function metricsPage(metrics, labels) {
  const sections = [
    "# Metrics",
    "Every Prometheus metric of Sluice. Written from `metricCatalogue` of `@sluice/telemetry` by `scripts/generate-metrics-page.mjs`: do not edit.\n" +
      "What they are for and how their number is bounded: [@sluice/telemetry](../packages/telemetry/README.md).",
    table(
      ["name", "type", "labels", "unit", "meaning"],
      metrics.map(({ name, type, labels: names, unit, help }) => [
        code(name),
        type,
        names.length === 0 ? "none" : names.join(", "),
        unit,
        help.replace(/\.$/, ""),
      ]),
    ),
    "Series appear with their first value; a label that does not apply to a series is left out of it. Of several workers under prom-client's\n" +
      "cluster mode, counters and histograms are summed; of gauges see the last table.",
    "## Labels",
    table(
      ["label", "in", "says"],
      labels.map(({ label, of, values }) => [
        code(label),
        of === undefined ? (labels.some((one) => one.label === label && one.of) ? "all others" : "all") : code(of),
        typeof values === "string" ? values : values.map(code).join(", "),
      ]),
    ),
    "No label says anything else: no arguments, no headers, no error texts, no names of buckets.",
    "## Buckets of histograms",
    table(
      ["name", "upper bounds"],
      metrics.filter(({ buckets }) => buckets).map(({ name, buckets }) => [code(name), buckets.join(", ")]),
    ),
    "## Gauges of several workers",
    table(
      ["name", "are together"],
      metrics
        .filter(({ type }) => type === "gauge")
        .map(({ name, aggregator }) => [
          code(name),
          { min: "the least", max: "the greatest" }[aggregator] ?? "the sum",
        ]),
    ),
  ];
  return `${sections.join("\n\n")}\n`;
}

function code(text) {
  return `\`${text}\``;
}

/** With even columns, as the formatter would have it. */
function table(head, rows) {
  const widths = head.map((title, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  return [line(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...rows.map(line)].join("\n");
}
