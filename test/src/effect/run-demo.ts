import { execFile } from "node:child_process";
import { availableParallelism, cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startRedisServer } from "../redis-server/index.js";
import type { DemoFigures, Phase } from "./figures.js";

const program = fileURLToPath(new URL("../../../examples/demo/dist/main.js", import.meta.url));

/**
 * At a speed of 4 a delay of the machine counts four times; more would be less like the providers. What S3 counts in seconds is never
 * faster than real time, and needs more windows for the start of four processes to weigh little.
 */
const runs: readonly (readonly string[])[] = [
  ["--only", "slack,github,gitlab", "--speed", "4"],
  ["--only", "s3", "--windows", "20"],
];

/** Runs the demo as built, its workers as processes that share a Redis server of their own. Takes about five minutes. */
export async function runDemo(): Promise<DemoFigures> {
  const phases: Phase[] = [];
  for (const options of runs) phases.push(...(await runOnce(options)));
  const processor = cpus()[0]?.model.trim() ?? "unknown";
  return {
    commands: runs.map((options) => `npm run demo -- --json ${options.join(" ")} --redis redis://…`),
    machine: { node: process.version, processor, cores: availableParallelism() },
    phases,
  };
}

async function runOnce(options: readonly string[]): Promise<Phase[]> {
  await using redis = await startRedisServer();
  const running = promisify(execFile)(process.execPath, [program, "--json", ...options, "--redis", redis.url], {
    env: { PATH: process.env["PATH"], NO_COLOR: "1" },
  });
  running.child.stderr?.pipe(process.stderr);
  const { stdout } = await running;
  return (JSON.parse(stdout) as Phase[]).map(
    ({ provider, how, requests, refused, seconds, idealSeconds, quotaUsed }): Phase => ({
      provider,
      how,
      requests,
      refused,
      seconds: rounded(seconds),
      idealSeconds,
      quotaUsed: rounded(quotaUsed),
    }),
  );
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
