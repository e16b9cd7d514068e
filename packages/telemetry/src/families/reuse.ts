import type { Metric } from "prom-client";
import type { MetricDescription } from "../catalogue/describe.js";
import type { Family, HistogramFamily } from "./family.js";
import type { MetricsRegistry } from "./registry.js";

/**
 * Ours if the registry has it under the name already, else a new one. A stranger's metric of the same name is left alone: ours is then
 * kept out of the registry, with a process warning, since metrics must not stop a client from being made.
 */
export function reuseOr<Kind extends Family | HistogramFamily>(
  registry: MetricsRegistry,
  description: MetricDescription,
  make: () => Kind,
): Kind {
  const found: unknown = registry.getSingleMetric(description.name);
  if (isOurs<Kind>(found, description)) return found;
  const made = make();
  if (found === undefined) {
    // A registry reads `get` and `reset`; the type asks for one of prom-client's own four classes.
    registry.registerMetric(made as unknown as Metric);
    return made;
  }
  process.emitWarning(`The registry has another metric named ${description.name}; Sluice's own is not exported`, {
    type: "SluiceMetricsWarning",
  });
  return made;
}

/** By shape and not by class: two copies of this package may be installed. */
function isOurs<Kind>(found: unknown, { type, labels }: MetricDescription): found is Kind {
  if (typeof found !== "object" || found === null) return false;
  const metric = found as { cell?: unknown; onCollect?: unknown; type?: unknown; labelNames?: unknown };
  if (typeof metric.cell !== "function" || typeof metric.onCollect !== "function" || metric.type !== type) return false;
  const { labelNames } = metric;
  return Array.isArray(labelNames) && labelNames.join() === labels.join();
}
