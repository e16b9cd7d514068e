import type { ScaleResults } from "../results.js";
import { charts } from "./charts.js";
import { clusterTable, manyBucketsTable } from "./many-bucket-tables.js";
import { markdownTable } from "./markdown-table.js";
import { percent, time } from "./numbers.js";
import { commandsTable, distanceTable, fairnessTable, useTable } from "./one-bucket-tables.js";
import { debitsTable, grantsTable, machineLine, shapesTable } from "./one-node-tables.js";
import type { Chart } from "./svg-chart.js";

/** The generated parts of the page, by name. */
export function parts(results: ScaleResults): ReadonlyMap<string, string> {
  const { simulated, measured } = results;
  const plot = new Map(charts(results).map((chart) => [chart.name, image(chart)]));
  const shown = (...names: readonly string[]): string => names.map((name) => plot.get(name) ?? "").join("\n\n");
  return new Map([
    ["setup", setup(simulated)],
    ["use", simulated.workloads.map(useTable).join("\n\n")],
    [
      "commands",
      `${simulated.workloads.map(commandsTable).join("\n\n")}\n\n${shown("commands-per-grant", "commands-per-second")}`,
    ],
    ["fairness", `${simulated.workloads.map(fairnessTable).join("\n\n")}\n\n${shown("fairness", "late-comer")}`],
    ["distance", distanceTable(simulated.distances)],
    ["many-buckets", manyBucketsTable(simulated)],
    ["cluster", `${clusterTable(simulated)}\n\n${shown("cluster")}`],
    [
      "one-node",
      `${machineLine(measured)}\n\n${shapesTable(measured)}\n\n${debitsTable(measured)}\n\n${shown("debits")}`,
    ],
    ["grants-per-node", grantsTable(results)],
  ]);
}

function image({ name, title }: Chart): string {
  return `![${title}](scale/${name}.svg)`;
}

function setup({ terrain }: ScaleResults["simulated"]): string {
  return markdownTable(
    ["setting", "value"],
    [
      ["seed", String(terrain.seed)],
      ["round trip to the store", `${time(terrain.roundTripMs)}, each way ± ${percent(terrain.jitter)}`],
      ["one command at the store", time(terrain.serviceUs / 1000)],
      ["timers of a process", `whole ms, up to ${time(terrain.timerGrainMs)} late`],
    ],
  );
}
