import { figuresOf as manyBucketsFigures } from "./many-buckets/figures.js";
import { runManyBuckets } from "./many-buckets/run-many-buckets.js";
import { distanceFigures } from "./one-bucket/distance.js";
import { figuresOf as oneBucketFigures, type OneBucketFigures } from "./one-bucket/figures.js";
import { runOneBucket } from "./one-bucket/run-one-bucket.js";
import type { ScalePlan } from "./plans.js";
import type { SimulatedResults } from "./results.js";

/** Runs all that is planned, one after another. @param onStep - told before each run. */
export async function simulate(plan: ScalePlan, onStep: (step: string) => void = () => {}): Promise<SimulatedResults> {
  const { terrain, fleets, fairnessAtS } = plan;
  const workloads = [];
  for (const workload of plan.workloads) {
    const figures: OneBucketFigures[] = [];
    for (const processes of fleets) {
      onStep(`one bucket of ${workload.name}, ${processes} processes`);
      figures.push(oneBucketFigures(await runOneBucket({ ...workload, ...terrain, processes }), fairnessAtS));
    }
    workloads.push({ ...workload, fleets: figures });
  }
  const distances = [];
  for (const workload of plan.workloads) {
    onStep(`one bucket of ${workload.name}, every second process far away`);
    const run = await runOneBucket({ ...workload, ...terrain, ...plan.distance });
    distances.push({ name: workload.name, ...distanceFigures(run) });
  }
  const manyBuckets = [];
  for (const each of plan.manyBuckets) {
    onStep(`${each.accounts * each.operationsEach} buckets, ${each.callsPerSecondEach} calls/s from each process`);
    manyBuckets.push({ ...each, figures: manyBucketsFigures(await runManyBuckets({ ...each, ...terrain })) });
  }
  return { terrain, workloads, distances, manyBuckets };
}
