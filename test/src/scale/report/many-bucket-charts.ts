import type { SimulatedResults } from "../results.js";
import { percent, short } from "./numbers.js";
import type { Chart } from "./svg-chart.js";

/** How the busier of the fleets loads clusters of several sizes. */
export function clusterChart({ manyBuckets }: SimulatedResults): Chart {
  const { figures } = manyBuckets.at(-1) as SimulatedResults["manyBuckets"][number];
  const largest = figures.clusters.at(-1);
  const places = Array.from({ length: largest?.nodes ?? 0 }, (_, index) => index);
  return {
    name: "cluster",
    title: `Of ${largest?.nodes} nodes the busiest carries ${short(largest?.busiestOverEven)} even shares: one account alone is ${percent(figures.busiestAccount)} of all commands`,
    subtitle: `${short(figures.processes)} processes over ${short(figures.buckets)} buckets; accounts lie on nodes by the CRC16 of their hash tag`,
    kind: "bar",
    xName: "node, the busiest first",
    categories: places.map((place) => String(place + 1)),
    yName: "commands per second",
    yScale: "linear",
    series: figures.clusters.map(({ nodes, perNode }) => ({
      name: `${nodes} nodes`,
      values: places.map((place) => perNode[place]?.commandsPerSecond),
    })),
  };
}
