import type { SimulatedResults } from "../results.js";
import { markdownTable } from "./markdown-table.js";
import { fixed, percent, short } from "./numbers.js";

/** What became of the calls. */
export function manyBucketsTable({ manyBuckets }: SimulatedResults): string {
  const rows = manyBuckets.map(({ figures }) => [
    short(figures.callsPerSecond),
    short(figures.grantsPerSecond),
    percent(figures.refused),
    short(figures.saturated),
    percent(figures.leastUtilisation),
    percent(figures.meanUtilisation),
    fixed(figures.excessTokens, 3),
    short(figures.commandsPerSecond),
    short(figures.peakCommandsPerSecond),
    short(figures.commandsPerGrant),
  ]);
  const columns = [
    "calls/s",
    "grants/s",
    "refused",
    "saturated buckets",
    "least used",
    "mean",
    "excess, tokens",
    "commands/s",
    "peak commands/s",
    "commands per grant",
  ];
  return markdownTable(columns, rows);
}

/** How clusters divide the commands. */
export function clusterTable({ manyBuckets }: SimulatedResults): string {
  const rows = manyBuckets.flatMap(({ figures }) =>
    figures.clusters.map(({ nodes, perNode, busiestOverEven }) => [
      short(figures.callsPerSecond),
      short(nodes),
      short(figures.commandsPerSecond / nodes),
      short(perNode[0]?.commandsPerSecond),
      short(perNode.at(-1)?.commandsPerSecond),
      short(busiestOverEven),
      percent(figures.busiestAccount),
    ]),
  );
  const columns = ["calls/s", "nodes", "even share/s", "busiest/s", "idlest/s", "busiest over even", "busiest account"];
  return markdownTable(columns, rows);
}
