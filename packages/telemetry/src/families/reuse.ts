import type { MetricsRegistry } from "./registry.js";

/** What a metric must look like to be taken over. */
export interface Wanted<Kind> {
  readonly name: string;
  readonly labelNames: readonly string[];
  readonly type: new (configuration: never) => Kind;
}

/**
 * The metric that the registry has under the name, else a new one. A stranger's metric of the same name but another shape is
 * left alone: ours is then kept out of the registry, with a process warning, since metrics must not stop a client from
 * being made.
 */
export function reuseOr<Kind>(
  registry: MetricsRegistry,
  wanted: Wanted<Kind>,
  make: (register: boolean) => Kind,
): Kind {
  const found: unknown = registry.getSingleMetric(wanted.name);
  if (found === undefined) return make(true);
  if (hasShape(found, wanted)) return found;
  process.emitWarning(`The registry has another metric named ${wanted.name}; Sluice's own is not exported`, {
    type: "SluiceMetricsWarning",
  });
  return make(false);
}

/** By shape and not by `instanceof` alone: two copies of prom-client may be installed. */
function hasShape<Kind>(found: unknown, wanted: Wanted<Kind>): found is Kind {
  const { constructor: made, labelNames } = found as { constructor?: { name?: unknown }; labelNames?: unknown };
  if (!(found instanceof wanted.type) && made?.name !== wanted.type.name) return false;
  if (!Array.isArray(labelNames) || labelNames.length !== wanted.labelNames.length) return false;
  return wanted.labelNames.every((name) => labelNames.includes(name));
}
