// npm run scale: simulates fleets up to a thousand processes, measures what one Redis server carries, and rewrites docs/scale.md with its
// figures and plots. `npm run scale -- --quick` makes a small run and only prints it.

import { fileURLToPath } from "node:url";
import { systemClock } from "@sluice/core";
import { measureOneNode } from "./one-node/measure-one-node.js";
import { fullPlan, quickPlan } from "./plans.js";
import { parts } from "./report/parts.js";
import type { ScaleResults } from "./results.js";
import { simulate } from "./simulate.js";
import { writeResults } from "./write-results.js";

const asked = process.argv.slice(2);
const unknown = asked.filter((argument) => argument !== "--quick");
if (unknown.length > 0) {
  process.stderr.write(`scale takes --quick or nothing, not ${unknown.join(" ")}\n`);
  process.exit(2);
}
const quick = asked.includes("--quick");
const plan = quick ? quickPlan : fullPlan;
const docs = fileURLToPath(new URL("../../../docs", import.meta.url));

const startedMs = systemClock.now();
const onStep = (step: string): void => {
  process.stderr.write(`[${((systemClock.now() - startedMs) / 1000).toFixed(1)} s] ${step} …\n`);
};
const simulated = await simulate(plan, onStep);
const results: ScaleResults = { simulated, measured: await measureOneNode(plan.measure, onStep) };
for (const [name, part] of parts(results)) {
  const tables = part.replaceAll(/\n*!\[.*/g, "");
  process.stdout.write(`${name}\n\n${tables}\n\n`);
}
if (!quick) writeResults(docs, results);
