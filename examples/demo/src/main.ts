import { Command, InvalidArgumentError } from "commander";
import { createProgress } from "./progress.js";
import { reportTable } from "./report.js";
import { runPhase } from "./run-phase.js";

const program = new Command("demo")
  .description(
    "One workload against a Slack that enforces its published limits: through plain clients, then through the factory.",
  )
  .option(
    "--redis <url>",
    "share limits through this Redis; every worker is then a process of its own",
    process.env["REDIS_URL"],
  )
  .option("--workers <n>", "clients that work at the same time", whole, 4)
  .option("--minutes <n>", "minutes of quota that the workload needs", whole, 3)
  .option("--speed <n>", "how much faster than real time the simulator lives", whole, 10)
  .option("--json", "print the figures as JSON")
  .parse();

interface Flags {
  redis?: string;
  workers: number;
  minutes: number;
  speed: number;
  json?: boolean;
}
const { json, redis, ...sizes } = program.opts<Flags>();
const options = { ...sizes, redis };

console.error(
  `${options.workers} ${redis === undefined ? "clients in one process, limits in memory" : "processes, limits in Redis"}; ` +
    `the simulator's minutes last ${60 / options.speed} s`,
);
const results = [];
for (const how of ["plain", "factory"] as const) results.push(await runPhase(how, options, createProgress(how)));
console.log(json === true ? JSON.stringify(results, null, 2) : reportTable(results));

function whole(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 1000)
    throw new InvalidArgumentError("a whole number from 1 to 1000 is needed");
  return number;
}
