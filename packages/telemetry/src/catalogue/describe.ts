/** One metric, as data. */
export interface MetricDescription {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** In the order in which they are shown. Those that do not apply to a series are left out of it. */
  readonly labels: readonly string[];
  /** What a value of 1 is: `requests`, `seconds`, `state`. */
  readonly unit: string;
  readonly help: string;
  /** Upper bounds of a histogram's buckets, in its unit. */
  readonly buckets?: readonly number[];
  /** What a gauge of several workers comes to in prom-client's cluster mode. @defaultValue `sum` */
  readonly aggregator?: "min" | "max";
}

/** From 1 ms to 30 s, the default deadline of a call. Unit: seconds. */
export const waitBuckets = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 20, 30,
] as const;
/** Unit: seconds. */
export const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;
/** From 10 microseconds, a store in memory, to a second, a store that is ill. Unit: seconds. */
export const decisionBuckets = [
  0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.1, 0.25, 1,
] as const;
