import { Counter, Gauge, Histogram } from "prom-client";
import type { MetricsRegistry } from "./registry.js";
import { reuseOr } from "./reuse.js";

/** From 1 ms to 30 s, the default deadline of a call. Unit: seconds. */
export const waitBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 20, 30];
/** Unit: seconds. */
export const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Every metric, registered. */
export type Families = ReturnType<typeof registerFamilies>;

const place = ["provider", "account", "operation"] as const;
const whose = [...place, "caller"] as const;

/** Registers the metrics, or finds the ones that another client registered before. */
export function registerFamilies(registry: MetricsRegistry) {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    reuseOr(
      registry,
      { name, labelNames, type: Counter },
      (into) => new Counter({ name, help, labelNames, registers: into ? registers : [] }),
    );
  const gauge = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    aggregator: "min" | "max",
  ) =>
    reuseOr(
      registry,
      { name, labelNames, type: Gauge },
      (into) => new Gauge({ name, help, labelNames, aggregator, registers: into ? registers : [] }),
    );
  const histogram = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    buckets: number[],
  ) =>
    reuseOr(
      registry,
      { name, labelNames, type: Histogram },
      (into) => new Histogram({ name, help, labelNames, buckets, registers: into ? registers : [] }),
    );

  return {
    requests: counter("sluice_requests_total", "HTTP attempts by outcome.", [...whose, "outcome"]),
    duration: histogram(
      "sluice_request_duration_seconds",
      "Duration of HTTP attempts that got an answer or failed on the wire, waits for limits not counted.",
      place,
      durationBuckets,
    ),
    wait: histogram("sluice_wait_seconds", "Time that granted attempts waited for limits.", place, waitBuckets),
    acquired: counter("sluice_acquired_total", "Tokens taken from limits.", whose),
    rejected: counter("sluice_rejected_total", "Attempts refused at once.", [...whose, "reason"]),
    timeouts: counter("sluice_timeouts_total", "Attempts refused because the wait would outlast their time.", whose),
    tokens: gauge("sluice_tokens_available", "Tokens left in the tightest bucket at the last grant.", place, "min"),
    retries: counter("sluice_retries_total", "Attempts repeated, by reason.", [...place, "reason"]),
    retryAfterIgnored: counter(
      "sluice_retry_after_ignored_total",
      "Retry-After headers that could not be read.",
      place,
    ),
    retryAfterCapped: counter(
      "sluice_retry_after_capped_total",
      "Retry-After headers above the longest believed wait.",
      place,
    ),
    storeMode: gauge(
      "sluice_store_mode",
      "Where limits are kept: 1 for the present mode, 0 for the others.",
      ["provider", "mode"],
      "max",
    ),
  };
}
