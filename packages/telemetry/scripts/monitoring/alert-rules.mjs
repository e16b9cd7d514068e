// The alerts as a file of rules that Prometheus loads.

import { SourceError } from "../../../../scripts/generated-files.mjs";
import { alertGroups } from "./alerts.mjs";
import { createChecker } from "./check-expression.mjs";

const header = `# Alert rules of Sluice for Prometheus. Written by packages/telemetry/scripts/generate-alerts.mjs: do not edit.
# What each means: docs/alerts.md; what to do: docs/operations/runbooks.md. Unit tests: alerts/tests.
`;

/** Where it is written what to do. */
export function runbookOf({ name }) {
  return `docs/operations/runbooks.md#${name.toLowerCase()}`;
}

/**
 * The text of the file of rules.
 *
 * @param {readonly object[]} metrics - `metricCatalogue` of @sluice/telemetry
 * @param {readonly object[]} labels - `labelCatalogue` of @sluice/telemetry
 */
export function alertRules(metrics, labels) {
  const checker = createChecker(metrics, labels);
  for (const { alerts } of alertGroups) for (const alert of alerts) checkAlert(alert, checker);
  return `${header}groups:\n${alertGroups.map(groupText).join("\n")}`;
}

/** An annotation shows no label that the expression does not carry. */
function checkAlert({ name, expr, summary, description }, checker) {
  const { labels } = checker.check(expr);
  for (const [, label] of `${summary} ${description}`.matchAll(/\$labels\.(\w+)/g)) {
    if (!labels.has(label)) throw new SourceError(`${name} shows the label ${label}, which its expression has not`);
  }
}

function groupText({ name, alerts }) {
  return `  - name: ${name}\n    rules:\n${alerts.map(alertText).join("\n")}`;
}

function alertText(alert) {
  const { name, expr, severity, summary, description } = alert;
  return `      - alert: ${name}
        expr: |-
${expr
  .split("\n")
  .map((line) => `          ${line}`)
  .join("\n")}
        for: ${alert.for}
        labels:
          severity: ${severity}
        annotations:
          summary: ${quoted(summary)}
          description: ${quoted(description)}
          runbook: ${runbookOf(alert)}
`;
}

/** Texts hold no control characters, so JSON's quotes are YAML's; single ones where the text has double ones, as the formatter wants. */
function quoted(text) {
  return text.includes('"') ? `'${text.replaceAll("'", "''")}'` : JSON.stringify(text);
}
