import type { ManyBucketsFigures } from "./many-buckets/figures.js";
import type { DistanceFigures } from "./one-bucket/distance.js";
import type { OneBucketFigures } from "./one-bucket/figures.js";
import type { OneNodeFigures } from "./one-node/measure-one-node.js";
import type { ScalePlan, Workload } from "./plans.js";

/** What is the same on every machine. */
export interface SimulatedResults {
  readonly terrain: ScalePlan["terrain"];
  readonly workloads: readonly (Workload & { readonly fleets: readonly OneBucketFigures[] })[];
  readonly distances: readonly (DistanceFigures & { readonly name: string })[];
  readonly manyBuckets: readonly (ScalePlan["manyBuckets"][number] & { readonly figures: ManyBucketsFigures })[];
}

/** Everything the page is made of. */
export interface ScaleResults {
  readonly simulated: SimulatedResults;
  readonly measured: OneNodeFigures;
}

/** Six digits say all that a simulation can; a file of them stays readable. */
export function toJson(results: ScaleResults): string {
  const short = (_: string, value: unknown): unknown =>
    typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
  return `${JSON.stringify(results, short, 2)}\n`;
}
