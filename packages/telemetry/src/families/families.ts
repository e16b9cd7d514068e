import { catalogue } from "../catalogue/catalogue.js";
import { Family, HistogramFamily } from "./family.js";
import type { MetricsRegistry } from "./registry.js";
import { reuseOr } from "./reuse.js";

type Catalogue = typeof catalogue;

/** Every metric, registered. */
export type Families = {
  readonly [Key in keyof Catalogue]: Catalogue[Key]["type"] extends "histogram" ? HistogramFamily : Family;
};

/** Registers the metrics of the catalogue, or finds the ones that another client registered before. */
export function registerFamilies(registry: MetricsRegistry): Families {
  const made = Object.entries(catalogue).map(([key, description]) => [
    key,
    description.type === "histogram"
      ? reuseOr(registry, description, () => new HistogramFamily(description))
      : reuseOr(registry, description, () => new Family(description)),
  ]);
  return Object.fromEntries(made) as Families;
}
