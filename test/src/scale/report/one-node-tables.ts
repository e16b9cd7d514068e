import type { OneNodeFigures } from "../one-node/measure-one-node.js";
import type { ScaleResults } from "../results.js";
import { capacityOf } from "./capacity.js";
import { markdownTable } from "./markdown-table.js";
import { short, time } from "./numbers.js";
import { processesCell } from "./one-bucket-tables.js";

/** Where it was measured. */
export function machineLine({ machine: { processor, node, redis } }: OneNodeFigures): string {
  return `Measured on ${processor}, Node ${node}, Redis ${redis}:`;
}

/** What one kind of question costs. */
export function shapesTable({ shapes }: OneNodeFigures): string {
  const rows = shapes.map((shape) => [
    shape.name,
    short(shape.commandsPerSecond),
    short(shape.unitsPerSecond),
    `${short(shape.processorUs)} µs`,
    `${short(shape.scriptUs)} µs`,
    short(1e6 / shape.processorUs),
  ]);
  const columns = ["question", "commands/s", "units/s", "processor", "script", "commands/s a node carries"];
  return markdownTable(columns, rows);
}

/** What a command costs behind debits. */
export function debitsTable({ debits }: OneNodeFigures): string {
  const rows = debits.map((each) => [short(each.debits), time(each.scriptUs / 1000), short(1e6 / each.scriptUs)]);
  return markdownTable(["debits ahead in the bucket", "script", "commands/s"], rows);
}

/** What a node carries of each simulated fleet. */
export function grantsTable({ simulated, measured }: ScaleResults): string {
  const rows = simulated.workloads.flatMap((workload) =>
    workload.fleets.map((figures) => {
      const capacity = capacityOf(figures, measured);
      return [
        workload.name,
        processesCell(figures, workload),
        short(figures.commandsPerGrant),
        time(capacity && capacity.commandUs / 1000),
        short(capacity?.grantsPerSecond),
        short(capacity && Math.floor(capacity.commandsPerSecond / figures.commandsPerSecond)),
      ];
    }),
  );
  const columns = [
    "bucket",
    "processes",
    "commands per grant",
    "command",
    "grants/s per node",
    "such buckets per node",
  ];
  return markdownTable(columns, rows);
}
