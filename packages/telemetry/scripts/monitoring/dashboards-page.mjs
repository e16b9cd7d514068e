// docs/dashboards.md as text.

import { table } from "./markdown.mjs";

const intro = `# Dashboards

Four dashboards for Grafana 10 or later, as JSON in [packages/telemetry/dashboards](../packages/telemetry/dashboards), shipped with
\`@sluice/telemetry\`. They and this page are written from [the list of metrics](metrics.md) by
\`packages/telemetry/scripts/generate-dashboards.mjs\`: do not edit.

Import a file under Dashboards, New, Import; or let Grafana read the folder:

\`\`\`yaml
# /etc/grafana/provisioning/dashboards/sluice.yaml
apiVersion: 1
providers:
  - name: sluice
    folder: Sluice
    type: file
    options:
      path: /path/to/node_modules/@sluice/telemetry/dashboards
\`\`\`

- At the top: the data source (any Prometheus), then what the figures are narrowed to. Links beside them lead to the other dashboards and take
  the choice along; the links to the provider's dashboard begin with its first one, those in "Attempts by provider" with the one clicked on.
- Every panel says in its description what it shows and what its metrics count.
- Marks in red over the panels are alerts that fire, once Prometheus has loaded [the rules](alerts.md).
- Rates are over \`$__rate_interval\`: set the scrape interval in the data source if it is not 15 seconds.
- Series appear with their first value. The panels below that say when are empty until then; that is good news.`;

/** The page. @param {readonly object[]} boards - see dashboards() */
export function dashboardsPage(boards) {
  const list = boards.map(({ file, title, about, variables }) => [
    `[${title.replace("Sluice / ", "")}](../packages/telemetry/dashboards/${file})`,
    about.replace(/\.$/, ""),
    variables.join(", "),
  ]);
  const sections = boards.map((board) => `## ${board.title.replace("Sluice / ", "")}\n\n${table(...panelsOf(board))}`);
  return `${[intro, table(["dashboard", "shows", "narrowed to"], list), ...sections].join("\n\n")}\n`;
}

function panelsOf({ rows }) {
  const cells = rows.flatMap(({ title, panels }) =>
    panels.map((panel, index) => [
      index === 0 ? title : "",
      panel.title,
      [panel.about, panel.emptyWhenHealthy && `Empty while ${panel.emptyWhenHealthy}`].filter(Boolean).join(" "),
    ]),
  );
  return [["row", "panel", "shows"], cells];
}
