// Lets a fleet work for a long time while its Redis fails in every way, and judges what it was given.
//
//   npm run soak                                      10 minutes, 4 processes
//   npm run soak -- --minutes 2 --seed 7 --processes 2 --out soak.json
//
// The seed decides which faults come, when and for how long; it is printed, so that a run can be repeated.

import { writeFileSync } from "node:fs";
import { parseSoakArguments, type SoakArguments } from "./options.js";
import { progressLine, resultTables } from "./print.js";
import { runSoak } from "./run-soak.js";

const args = parsed();
const { minutes, seed, processes, out } = args;
console.log(`${minutes} minutes, ${processes} processes, seed ${seed}, Node ${process.version}`);
const onTerminal = process.stdout.isTTY === true;
const EVERY_S = 10;
let lines = 0;

// Never longer than a minute more than asked for; workers and servers do not outlive this process.
const limit = setTimeout(
  () => {
    console.error(`\nnot over a minute after ${minutes} minutes; run again with --seed ${seed}`);
    process.exit(1);
  },
  minutes * 60_000 + 55_000,
);

const result = await runSoak({
  seed,
  processes,
  forMs: minutes * 60_000,
  // Around the ten seconds within which a store that goes again is trusted later.
  pace: { calmMs: 5000, betweenMs: [5000, 11_000] },
  onProgress(progress) {
    lines += 1;
    if (onTerminal) process.stdout.write(`\r\u001B[2K${progressLine(progress)}`);
    else if (lines % EVERY_S === 0) console.log(progressLine(progress));
  },
});
clearTimeout(limit);
console.log(`${onTerminal ? "\n" : ""}${resultTables(result)}`);
const broken = result.verdicts.filter(({ kept }) => !kept).length;
console.log(
  broken === 0
    ? `all ${result.verdicts.length} promises kept`
    : `${broken} promises BROKEN; run again with --seed ${seed}`,
);
if (out !== undefined)
  writeFileSync(
    out,
    `${JSON.stringify({ at: new Date().toISOString(), node: process.version, ...result }, undefined, 2)}\n`,
  );
process.exitCode = broken === 0 ? 0 : 1;

function parsed(): SoakArguments {
  try {
    return parseSoakArguments(process.argv.slice(2), () => Math.floor(Math.random() * 2 ** 31));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
}
