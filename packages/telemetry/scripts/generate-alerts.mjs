// Writes Prometheus alert rules, and the page of what to do about each, with the list of metrics in packages/telemetry at hand, as built:
// run `npm run build` before. Refuses an expression that names a metric, a label or a label's value which the list does not have.
//
//   node packages/telemetry/scripts/generate-alerts.mjs           writes alerts/sluice.rules.yaml and docs/alerts.md
//   node packages/telemetry/scripts/generate-alerts.mjs --check   fails when a file is not what would be written

import { readArguments, runGenerator } from "../../../scripts/generated-files.mjs";
import { alertRules } from "./monitoring/alert-rules.mjs";
import { alertsPage } from "./monitoring/alerts-page.mjs";
import { bring, catalogueOf, importTelemetry } from "./read-catalogue.mjs";

const telemetry = await importTelemetry(readArguments().root);

runGenerator((options) => {
  const rules = alertRules(...catalogueOf(telemetry));
  return bring({ "packages/telemetry/alerts/sluice.rules.yaml": rules, "docs/alerts.md": alertsPage() }, options);
});
