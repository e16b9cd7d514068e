// Writes Grafana dashboards, and the page that lists them, from the list of metrics in packages/telemetry, as built: run `npm run build`
// before. Refuses an expression that names a metric, a label or a label's value which the list does not have.
//
//   node packages/telemetry/scripts/generate-dashboards.mjs           writes dashboards/*.json and docs/dashboards.md
//   node packages/telemetry/scripts/generate-dashboards.mjs --check   fails when a file is not what would be written

import { readArguments, runGenerator } from "../../../scripts/generated-files.mjs";
import { dashboardsPage } from "./monitoring/dashboards-page.mjs";
import { dashboards } from "./monitoring/dashboards.mjs";
import { bring, catalogueOf, importTelemetry } from "./read-catalogue.mjs";

const telemetry = await importTelemetry(readArguments().root);

runGenerator((options) => {
  const boards = dashboards(...catalogueOf(telemetry));
  const files = boards.map(({ file, text }) => [`packages/telemetry/dashboards/${file}`, text]);
  return bring({ ...Object.fromEntries(files), "docs/dashboards.md": dashboardsPage(boards) }, options);
});
