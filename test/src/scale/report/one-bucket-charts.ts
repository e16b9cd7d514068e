import type { OneBucketFigures } from "../one-bucket/figures.js";
import type { SimulatedResults } from "../results.js";
import { fixed, short, time } from "./numbers.js";
import type { Chart, Series } from "./svg-chart.js";

type Workloads = SimulatedResults["workloads"];
type WorkloadResult = Workloads[number];

/** Beyond this a figure counts as one that grows with the fleet. */
const GROWS = 2;
const PROCESSES = "processes of the fleet";
const SUBTITLE = "One bucket, every process with 20 callers who ask again as soon as they are granted";

export function commandsPerGrantChart({ workloads }: SimulatedResults): Chart {
  const worst = steepest(workloads, ({ commandsPerGrant }) => commandsPerGrant);
  return {
    name: "commands-per-grant",
    title:
      worst.growth <= GROWS
        ? "A grant costs no more commands in a large fleet than in a small one"
        : `At ${worst.name} a grant costs ${short(worst.last)} commands in a fleet of ${short(worst.largest)}, and ${short(worst.first)} in one process`,
    subtitle: SUBTITLE,
    yName: "commands per grant",
    yScale: "log",
    ...byFleet(workloads, ({ commandsPerGrant }) => commandsPerGrant),
  };
}

export function commandsPerSecondChart({ workloads }: SimulatedResults): Chart {
  const worst = steepest(workloads, ({ commandsPerSecond }) => commandsPerSecond);
  return {
    name: "commands-per-second",
    title:
      worst.growth <= GROWS
        ? "A bucket costs the store no more commands a second when more processes wait for it"
        : `A bucket of ${worst.name} costs the store ${short(worst.last)} commands a second when ${short(worst.largest)} processes wait for it`,
    subtitle: SUBTITLE,
    yName: "commands per second",
    yScale: "log",
    ...byFleet(workloads, ({ commandsPerSecond }) => commandsPerSecond),
  };
}

export function fairnessChart({ workloads }: SimulatedResults): Chart {
  const workload = workloads[0] as WorkloadResult;
  const largest = workload.fleets.at(-1) as OneBucketFigures;
  const end = largest.fairness.at(-1);
  const times = longest(workload.fleets).fairness.map(({ atS }) => atS);
  const at = (fleet: OneBucketFigures, atS: number, of: "jain" | "best"): number | undefined =>
    fleet.fairness.find((each) => each.atS === atS)?.[of];
  const shown = workload.fleets.filter(({ processes }) => processes > 1);
  return {
    name: "fairness",
    title: `After ${short(end?.atS)} s at ${workload.name}, Jain's index of ${short(largest.processes)} processes is ${fixed(end?.jain, 3)}; whole grants allow ${fixed(end?.best, 3)}`,
    subtitle: "Over the grants of all processes since the fleet began; 1 when all had the same",
    kind: "line",
    xName: "seconds since the fleet began",
    categories: times.map(String),
    yName: "Jain's index",
    yScale: "linear",
    yRange: [0, 1],
    series: [
      ...shown.map((fleet) => ({
        name: `${fleet.processes} processes`,
        values: times.map((atS) => at(fleet, atS, "jain")),
      })),
      {
        name: `best for ${largest.processes}`,
        values: times.map((atS) => at(largest, atS, "best")),
        dashed: true,
      },
    ],
  };
}

export function lateComerChart({ workloads }: SimulatedResults): Chart {
  const workload = workloads[0] as WorkloadResult;
  const largest = (workload.fleets.findLast((each) => each.lateComerJoined) ?? workload.fleets[0]) as OneBucketFigures;
  const shareMs = (largest.processes / workload.refillRate) * 1000;
  const found = byFleet(workloads, ({ lateComerMs }) => lateComerMs);
  return {
    name: "late-comer",
    title:
      largest.lateComerMs === undefined
        ? `A process that joins ${short(largest.processes)} waiting ones at ${workload.name} had no grant by the end`
        : `A process that joins ${short(largest.processes)} waiting ones at ${workload.name} is granted after ${time(largest.lateComerMs)}; in turn takes ${time(shareMs)}`,
    subtitle: "First grant of a process that joins a fleet halfway; dashed: one token for each process in turn",
    yName: "milliseconds to the first grant",
    yScale: "log",
    ...found,
    series: [
      ...found.series,
      {
        name: `in turn at ${workload.name}`,
        values: workload.fleets.map(({ processes }) => (processes / workload.refillRate) * 1000),
        dashed: true,
      },
    ],
  };
}

function byFleet(
  workloads: Workloads,
  of: (figures: OneBucketFigures) => number | undefined,
): Pick<Chart, "kind" | "xName" | "categories"> & { readonly series: readonly Series[] } {
  const fleets = workloads[0]?.fleets ?? [];
  return {
    kind: "line",
    xName: PROCESSES,
    categories: fleets.map(({ processes }) => String(processes)),
    series: workloads.map((workload) => ({ name: `bucket of ${workload.name}`, values: workload.fleets.map(of) })),
  };
}

/** The workload whose figure grows most from the smallest fleet to the largest. */
function steepest(
  workloads: Workloads,
  of: (figures: OneBucketFigures) => number,
): { name: string; first: number; last: number; largest: number; growth: number } {
  const grown = workloads.map(({ name, fleets }) => {
    const [first, last] = [fleets[0] as OneBucketFigures, fleets.at(-1) as OneBucketFigures];
    return { name, first: of(first), last: of(last), largest: last.processes, growth: of(last) / of(first) };
  });
  return grown.reduce((most, each) => (each.growth > most.growth ? each : most));
}

function longest(fleets: readonly OneBucketFigures[]): OneBucketFigures {
  return fleets.reduce((most, each) => (each.fairness.length > most.fairness.length ? each : most));
}
