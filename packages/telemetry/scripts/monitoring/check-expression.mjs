// Holds PromQL against the list of metrics, so that no panel and no rule asks for what nobody exports.

import { SourceError } from "../../../../scripts/generated-files.mjs";

const token = /"(?:[^"\\]|\\.)*"|[a-zA-Z_:$][\w:$]*|\d[\w.]*|=~|!~|!=|==|>=|<=|[^\s\w]/g;
const labelLists = new Set(["by", "without", "on", "ignoring", "group_left", "group_right"]);
const words = new Set(["and", "or", "unless", "offset", "bool", ...labelLists]);
/** What Prometheus adds to everything it scrapes. */
const targetLabels = ["job", "instance"];
/** What Prometheus exports of its own, by name, with the labels that matter. */
const ownMetrics = new Map([["ALERTS", ["alertname", "alertstate", "severity"]]]);
/** Functions and aggregations in use; promtool knows the rest. */
const functions = new Set(
  "sum min max count topk bottomk rate increase time vector histogram_quantile clamp_min".split(" "),
);

/**
 * Makes the check.
 *
 * @param {readonly object[]} metrics - `metricCatalogue` of @sluice/telemetry
 * @param {readonly object[]} labels - `labelCatalogue` of @sluice/telemetry
 */
export function createChecker(metrics, labels) {
  const known = new Map(ownMetrics);
  for (const metric of metrics) for (const [name, names] of seriesOf(metric)) known.set(name, names);

  /** Throws a SourceError for a metric, a label or a label's value that the lists do not have. Answers the metrics it names. */
  const check = (expression) => {
    const fail = (problem) => {
      throw new SourceError(`${problem}, in: ${expression}`);
    };
    const tokens = expression.match(token) ?? [];
    const named = new Set();
    const grouped = [];
    for (let at = 0; at < tokens.length; at += 1) {
      const one = tokens[at];
      if (!/^[a-zA-Z_:]/.test(one)) continue;
      if (labelLists.has(one)) {
        if (tokens[at + 1] !== "(") continue;
        const end = tokens.indexOf(")", at);
        grouped.push(...tokens.slice(at + 2, end).filter((text) => text !== ","));
        at = end;
      } else if (known.has(one)) {
        named.add(one);
        if (tokens[at + 1] !== "{") continue;
        const end = tokens.indexOf("}", at);
        checkMatchers(one, tokens.slice(at + 2, end), fail);
        at = end;
      } else if (!words.has(one) && !functions.has(one)) fail(`No metric or function has the name ${one}`);
    }
    if (named.size === 0) fail("No metric is named");
    const carried = labelsOf(named);
    for (const label of grouped) if (!carried.has(label)) fail(`No metric here has the label ${label}`);
    return { metrics: metrics.filter((metric) => seriesOf(metric).some(([name]) => named.has(name))), labels: carried };
  };

  const checkMatchers = (metric, tokens, fail) => {
    for (let at = 0; at < tokens.length; at += 4) {
      const [label, operator, quoted, comma = ","] = tokens.slice(at, at + 4);
      if (!/^[a-z_]\w*$/.test(label) || !/^(=|!=|=~|!~)$/.test(operator) || comma !== ",")
        fail(`The matchers of ${metric} cannot be read`);
      if (!known.get(metric).includes(label) && !targetLabels.includes(label)) fail(`${metric} has no label ${label}`);
      const values = valuesOf(metric, label);
      if (values === undefined || quoted.includes("$")) continue;
      const text = JSON.parse(quoted);
      for (const value of operator.includes("~") ? text.split("|") : [text])
        if (value !== "" && !values.includes(value)) fail(`The label ${label} of ${metric} never says ${value}`);
    }
  };

  /** The closed list of a label, or undefined for an open one. */
  const valuesOf = (metric, label) => {
    const entry = labels.find((one) => one.label === label && one.of === metric);
    const values = (entry ?? labels.find((one) => one.label === label && one.of === undefined))?.values;
    return Array.isArray(values) ? values : undefined;
  };

  const labelsOf = (names) => new Set([...targetLabels, ...[...names].flatMap((name) => known.get(name))]);

  return { check };
}

/** The names under which a metric is exported, with the labels of each. */
function seriesOf({ name, type, labels }) {
  if (type !== "histogram") return [[name, labels]];
  return [
    [`${name}_bucket`, [...labels, "le"]],
    [`${name}_sum`, labels],
    [`${name}_count`, labels],
  ];
}
