// npm run bench: runs every bench, one after another. Tables go to stdout, progress to stderr, and everything into
// bench-results.json in the current directory. `npm run bench -- hook-chain` runs only the benches named.

import { writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import type { Bench } from "./bench.js";
import { hookChainBench } from "./hook-chain.js";
import { printTable } from "./print-table.js";
import { waitingBench } from "./waiting.js";

const benches: readonly Bench[] = [hookChainBench, waitingBench];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => benches.every((bench) => bench.name !== name));
if (unknown.length > 0) {
  process.stderr.write(
    `no bench named ${unknown.join(", ")}; there are ${benches.map(({ name }) => name).join(", ")}\n`,
  );
  process.exit(2);
}
const chosen = asked.length === 0 ? benches : benches.filter(({ name }) => asked.includes(name));

const machine = {
  node: process.version,
  processor: cpus()[0]?.model.trim() ?? "unknown",
  cores: availableParallelism(),
};
process.stdout.write(`Node ${machine.node}, ${machine.processor}, ${machine.cores} cores\n\n`);

const results = [];
for (const [index, bench] of chosen.entries()) {
  process.stderr.write(`[${index + 1}/${chosen.length}] ${bench.name} …\n`);
  const startedMs = performance.now();
  const table = await bench.run();
  process.stderr.write(
    `[${index + 1}/${chosen.length}] ${bench.name}: ${((performance.now() - startedMs) / 1000).toFixed(1)} s\n`,
  );
  process.stdout.write(`${printTable(table)}\n`);
  results.push({ name: bench.name, ...table });
}
writeFileSync(
  "bench-results.json",
  `${JSON.stringify({ at: new Date().toISOString(), machine, benches: results }, undefined, 2)}\n`,
);
