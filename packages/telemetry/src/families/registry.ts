import type { OpenMetricsContentType, Registry } from "prom-client";

/** A registry of prom-client, of either content type. */
export type MetricsRegistry = Registry | Registry<OpenMetricsContentType>;
