import type { SimulatedResults } from "../results.js";
import { markdownTable } from "./markdown-table.js";
import { fixed, percent, short, time } from "./numbers.js";

type Workload = SimulatedResults["workloads"][number];

/** How much of the bucket was used, and never more. */
export function useTable(workload: Workload): string {
  const rows = workload.fleets.map((figures) => [
    processesCell(figures, workload),
    time(figures.ranS * 1000),
    short(figures.grants),
    percent(figures.utilisation),
    fixed(figures.excessTokens, 3),
    fixed(figures.excessAtCallers, 3),
    time(figures.lagP50Ms),
    time(figures.lagP99Ms),
  ]);
  const columns = [
    "processes",
    "ran",
    "grants",
    "utilisation",
    "excess, tokens",
    "at the callers",
    "lag p50",
    "lag p99",
  ];
  return `${heading(workload)}\n\n${markdownTable(columns, rows)}`;
}

/** What it cost the store. */
export function commandsTable(workload: Workload): string {
  const rows = workload.fleets.map((figures) => [
    processesCell(figures, workload),
    short(figures.commandsPerGrant),
    short(figures.commandsPerSecond),
    short(figures.peakCommandsPerSecond),
    short(figures.signsOfLifePerSecond),
    time(figures.longestLineMs),
    time(figures.furthestBookedMs),
    short(figures.debitsAhead),
  ]);
  const columns = [
    "processes",
    "commands per grant",
    "commands/s",
    "peak commands/s",
    "signs of life/s",
    "longest line",
    "furthest booked",
    "debits ahead",
  ];
  return `${heading(workload)}\n\n${markdownTable(columns, rows)}`;
}

/** Who had how much, and who waited how long. */
export function fairnessTable(workload: Workload): string {
  const rows = workload.fleets.map((figures) => [
    processesCell(figures, workload),
    fixed(figures.jain, 4),
    fixed(figures.bestJain, 4),
    short(figures.starved),
    time(figures.overIdealP50Ms),
    time(figures.overIdealP99Ms),
    figures.lateComerJoined && figures.lateComerMs === undefined ? "none" : time(figures.lateComerMs),
    time((figures.processes / workload.refillRate) * 1000),
  ]);
  const columns = [
    "processes",
    "Jain at the end",
    "best possible",
    "without a grant",
    "over ideal p50",
    "over ideal p99",
    "late comer",
    "in turn",
  ];
  return `${heading(workload)}\n\n${markdownTable(columns, rows)}`;
}

/** Whether those who are nearer have more. */
export function distanceTable(distances: SimulatedResults["distances"]): string {
  const rows = distances.map(({ name, processes, nearMs, farMs, nearShare, fewest, most }) => [
    name,
    short(processes),
    `${time(nearMs)}, ${time(farMs)}`,
    percent(nearShare),
    percent(1 - nearShare),
    short(fewest),
    short(most),
  ]);
  const columns = [
    "bucket",
    "processes",
    "round trips",
    "grants of the near half",
    "of the far half",
    "fewest in a process",
    "most",
  ];
  return markdownTable(columns, rows);
}

/** Says so where the run was stopped before its time. */
export function processesCell(
  { processes, ranS }: Workload["fleets"][number],
  { durationS }: Pick<Workload, "durationS">,
): string {
  return ranS < durationS ? `${short(processes)}, stopped` : short(processes);
}

function heading({ name, burst, callersEach, durationS }: Workload): string {
  return `**${name}, burst ${burst}**, ${callersEach} callers in each process, ${durationS} s:`;
}
