import { Command, InvalidArgumentError } from "commander";
import { createProgress } from "./progress.js";
import { reportTable } from "./report.js";
import { type PhaseResult, runPhase } from "./run-phase.js";
import { scenarioOf, scenarios } from "./scenarios/index.js";

const program = new Command("demo")
  .description(
    "One workload against providers that enforce their published limits: through plain clients, then through the factories.",
  )
  .option(
    "--redis <url>",
    "share limits through this Redis; every worker is then a process of its own",
    process.env["REDIS_URL"],
  )
  .option("--only <providers>", `some of ${scenarios.map(({ provider }) => provider).join(",")}`, providers)
  .option("--workers <n>", "clients that work at the same time", whole, 4)
  .option("--windows <n>", "windows of quota that the workload needs: minutes, seconds for S3", whole, 3)
  .option("--speed <n>", "how much faster than real time the simulators live", whole, 10)
  .option("--json", "print the figures as JSON")
  .parse();

interface Flags {
  redis?: string;
  only?: readonly string[];
  workers: number;
  windows: number;
  speed: number;
  json?: boolean;
}
const {
  json,
  redis,
  only = scenarios.map(({ provider }) => provider),
  workers,
  windows,
  speed,
} = program.opts<Flags>();

console.error(
  `${workers} ${redis === undefined ? "clients in one process, limits in memory" : "processes, limits in Redis"}; ` +
    `the simulators' minutes last ${60 / speed} s`,
);
const results: PhaseResult[] = [];
for (const provider of only) {
  // What S3 counts in seconds needs no haste.
  const pace = scenarioOf(provider).windowMs < 60_000 ? 1 : speed;
  for (const how of ["plain", "factory"] as const) {
    const options = { provider, workers, windows, speed: pace, redis };
    results.push(await runPhase(how, options, createProgress(`${provider}, ${how}`)));
  }
}
const late = results.filter(({ how, refused, givenUp }) => how === "factory" && refused + givenUp > 0);
for (const { provider, refused, givenUp } of late)
  console.error(
    `${provider}: ${refused} requests of the factory were refused, ${givenUp} calls given up. This machine is too busy for minutes that short; try --speed 2.`,
  );
if (late.some(({ givenUp }) => givenUp > 0)) process.exitCode = 1;
console.log(json === true ? JSON.stringify(results, null, 2) : reportTable(results));

function whole(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 1000)
    throw new InvalidArgumentError("a whole number from 1 to 1000 is needed");
  return number;
}

function providers(text: string): readonly string[] {
  const names = text.split(",");
  try {
    for (const name of names) scenarioOf(name);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
  return names;
}
