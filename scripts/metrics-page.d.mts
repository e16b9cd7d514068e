/** docs/metrics.md as text, from `metricCatalogue` and `labelCatalogue` of @sluice/telemetry. */
export function metricsPage(
  metrics: readonly {
    readonly name: string;
    readonly type: string;
    readonly labels: readonly string[];
    readonly unit: string;
    readonly help: string;
    readonly buckets?: readonly number[];
    readonly aggregator?: string;
  }[],
  labels: readonly { readonly label: string; readonly of?: string; readonly values: readonly string[] | string }[],
): string;
