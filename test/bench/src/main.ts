// npm run bench: runs every bench, one after another. Tables go to stdout, progress to stderr, and everything into
// bench-results.json in the current directory. `npm run bench -- memory redis` runs only the benches named, and `--quick` runs all
// of them briefly, to see that they work.

import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { chooseBenches } from "./choose-benches.js";
import { faultsBench } from "./faults/faults.js";
import { hookChainBench } from "./hook-chain.js";
import { inboundBench } from "./inbound/inbound.js";
import { leasesBench } from "./leases/leases.js";
import { memoryBench } from "./memory/memory.js";
import { redisBench } from "./redis/redis.js";
import { printTable } from "./print-table.js";
import { sizesBench } from "./sizes/sizes.js";
import { strangerBench } from "./stranger/stranger.js";
import { waitingBench } from "./waiting/waiting.js";

const chosen = chooseBenches(process.argv.slice(2), [
  hookChainBench,
  memoryBench,
  redisBench,
  waitingBench,
  faultsBench,
  leasesBench,
  inboundBench,
  sizesBench,
  strangerBench,
]);
if ("problem" in chosen) {
  process.stderr.write(`${chosen.problem}\n`);
  process.exit(2);
}

const { devDependencies } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  devDependencies: Record<string, string>;
};
const machine = {
  node: process.version,
  processor: cpus()[0]?.model.trim() ?? "unknown",
  cores: availableParallelism(),
};
const peers = Object.entries(devDependencies).map(([name, version]) => `${name} ${version}`);
process.stdout.write(`Node ${machine.node}, ${machine.processor}, ${machine.cores} cores\n${peers.join(", ")}\n\n`);

const results = [];
const progress = (text: string): void => void process.stderr.write(`${text}\n`);
for (const [index, bench] of chosen.benches.entries()) {
  const which = `[${index + 1}/${chosen.benches.length}] ${bench.name}`;
  progress(`${which} …`);
  const startedMs = performance.now();
  const tables = await bench.run(chosen.pace);
  const tookS = (performance.now() - startedMs) / 1000;
  progress(`${which}: ${tookS.toFixed(1)} s`);
  for (const table of tables) process.stdout.write(`${printTable(table)}\n`);
  results.push({ name: bench.name, tookS, tables });
  writeFileSync(
    "bench-results.json",
    `${JSON.stringify({ at: new Date().toISOString(), pace: chosen.pace, machine, peers: devDependencies, benches: results }, undefined, 2)}\n`,
  );
}
process.exit(0);
