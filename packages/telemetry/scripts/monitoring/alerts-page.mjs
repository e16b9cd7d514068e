// docs/alerts.md as text.

import { runbookOf } from "./alert-rules.mjs";
import { alertGroups } from "./alerts.mjs";
import { table } from "./markdown.mjs";

const intro = `# Alerts

Rules for Prometheus 2.42 or later, in [packages/telemetry/alerts/sluice.rules.yaml](../packages/telemetry/alerts/sluice.rules.yaml), shipped
with \`@sluice/telemetry\`. This page and the rules are written by \`packages/telemetry/scripts/generate-alerts.mjs\`: do not edit.

\`\`\`yaml
# prometheus.yml
rule_files:
  - node_modules/@sluice/telemetry/alerts/sluice.rules.yaml
\`\`\`

- \`node scripts/ensure-prometheus.mjs\` finds promtool or fetches it; \`promtool test rules packages/telemetry/alerts/tests/*.yaml\` runs the
  unit tests of the rules. Each alert has tests that it fires, that it does not just below its threshold, and that it ends.
- The rules look at everything that one Prometheus scrapes. Where it scrapes several environments, give each its own accounts, or copy the
  rules and add the label that tells them apart.
- Counters begin with their first event, which \`increase\` does not see. The rules that must see it add the series that are younger than
  their window. After a gap in scraping of more than five minutes they may see old events as new until the window has passed.
- Severities: \`critical\` wakes somebody, \`warning\` is for the day, \`info\` is to be known.`;

/** The page. */
export function alertsPage() {
  const all = alertGroups.flatMap(({ alerts }) => alerts);
  const rows = all.map((alert) => [
    `[${alert.name}](#${alert.name.toLowerCase()})`,
    alert.severity,
    alert.for === "0m" ? "at once" : alert.for,
    alert.means.split(/[.:]/, 1)[0] ?? "",
  ]);
  const sections = alertGroups.map(({ title, alerts }) => [`## ${title}`, ...alerts.map(section)].join("\n\n"));
  return `${[intro, table(["alert", "severity", "after", "means"], rows), ...sections].join("\n\n")}\n`;
}

function section({ name, expr, severity, means, look, act, ...alert }) {
  const runbook = runbookOf({ name }).replace("docs/", "");
  const after = alert.for === "0m" ? "at once" : `after ${alert.for}`;
  return [
    `### ${name}`,
    `${means}`,
    `\`\`\`promql\n${expr}\n\`\`\``,
    `Severity \`${severity}\`, ${after}. [Runbook](${runbook}).`,
    `- **Look:** ${look}\n- **Do:** ${act}`,
  ].join("\n\n");
}
