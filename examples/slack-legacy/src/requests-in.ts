import type { Registry } from "prom-client";

/** The counted requests, as rows of operation, outcome and number. */
export async function requestsIn(registry: Registry): Promise<string[][]> {
  const metric = (await registry.getMetricsAsJSON()).find(({ name }) => name === "sluice_api_requests_total");
  return (metric?.values ?? [])
    .map(({ labels, value }) => [String(labels["operation"]), String(labels["outcome"]), String(value)])
    .toSorted();
}
