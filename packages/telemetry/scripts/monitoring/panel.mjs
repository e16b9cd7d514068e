// From a panel as it is written in boards/ to the panel as Grafana reads it.

import { SourceError } from "../../../../scripts/generated-files.mjs";
import { looks } from "./look.mjs";

/** The variable that holds the data source. */
export const datasource = { type: "prometheus", uid: "${datasource}" };

const plain = [{ color: "green", value: null }];

/**
 * A panel, without id and place.
 *
 * @param {object} panel - kind, title, about, unit, queries, …; see boards/
 * @param {object} checker - of check-expression.mjs
 */
export function grafanaPanel(panel, checker) {
  const { kind, title, queries } = panel;
  if (!(kind in looks)) throw new SourceError(`${title}: there is no kind of panel named ${kind}`);
  const { options, custom } = looks[kind](panel);
  return {
    type: kind,
    title,
    description: descriptionOf(panel, checker),
    datasource,
    fieldConfig: { defaults: { ...fieldDefaults(panel), ...(custom && { custom }) }, overrides: overridesOf(panel) },
    options: kind === "table" ? { ...options, sortBy: [{ displayName: panel.value, desc: true }] } : options,
    targets: queries.map(([expr, legendFormat], index) => targetOf(panel, expr, legendFormat, index)),
    ...(kind === "table" && { transformations: transformationsOf(panel) }),
  };
}

/** The labels that a legend shows must be carried by what is asked. */
function checkLegend(legend, expr, checker) {
  const { labels } = checker.check(expr);
  for (const [, label] of legend.matchAll(/\{\{\s*(\w+)\s*\}\}/g))
    if (!labels.has(label))
      throw new SourceError(`The legend "${legend}" shows ${label}, which is no label of: ${expr}`);
}

/** What it shows, what the metrics behind it are, and why it may be empty. */
function descriptionOf({ about, queries, emptyWhenHealthy }, checker) {
  const named = new Map();
  for (const [expr, legend] of queries) {
    checkLegend(legend, expr, checker);
    for (const { name, help } of checker.check(expr).metrics) named.set(name, help);
  }
  const parts = [about, ...[...named].map(([name, help]) => `\`${name}\`: ${help}`)];
  if (emptyWhenHealthy !== undefined) parts.push(`Empty while all is well: ${emptyWhenHealthy}`);
  return parts.join("\n\n");
}

function fieldDefaults({ unit, thresholds, mappings, min, max, decimals, noValue, links }) {
  return {
    unit,
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(decimals !== undefined && { decimals }),
    ...(noValue !== undefined && { noValue }),
    color: { mode: thresholds === undefined && mappings === undefined ? "palette-classic" : "thresholds" },
    thresholds: { mode: "absolute", steps: thresholds ?? plain },
    mappings: mappings === undefined ? [] : [{ type: "value", options: mappings }],
    ...(links !== undefined && { links }),
  };
}

/** Fixed colours of series that mean good or bad, wherever they appear. */
function overridesOf({ colors = {} }) {
  return Object.entries(colors).map(([name, fixedColor]) => ({
    matcher: { id: "byName", options: name },
    properties: [{ id: "color", value: { mode: "fixed", fixedColor } }],
  }));
}

function targetOf({ kind, instant = kind === "table" || kind === "bargauge" }, expr, legendFormat, index) {
  return {
    datasource,
    editorMode: "code",
    expr,
    format: kind === "table" || kind === "heatmap" ? kind : "time_series",
    instant,
    legendFormat: kind === "table" ? "__auto" : legendFormat,
    range: !instant,
    refId: String.fromCharCode(65 + index),
  };
}

/** One column for each label, and the value under its name. */
function transformationsOf({ value }) {
  return [
    { id: "organize", options: { excludeByName: { Time: true }, indexByName: {}, renameByName: { Value: value } } },
  ];
}
