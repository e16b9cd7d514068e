import { notNegative } from "../checks.js";

/** A fixed time, or a range from which each request draws. Unit: real milliseconds. Range: >= 0. @public */
export type Latency = number | readonly [least: number, most: number];

/** Draws the latency of one request; `random` gives numbers from 0 up to, but not including, 1. */
export function latencySource(latency: Latency, random: () => number): () => number {
  if (typeof latency === "number") {
    notNegative("latencyMs", latency);
    return () => latency;
  }
  const [least, most] = latency;
  notNegative("latencyMs[0]", least);
  if (!(most >= least && Number.isFinite(most))) {
    throw new RangeError(`latencyMs[1] must be a number >= latencyMs[0], got ${String(most)}`);
  }
  return () => least + random() * (most - least);
}
