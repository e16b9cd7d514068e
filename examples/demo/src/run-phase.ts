import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { startSlackSimulator } from "@sluice/simulators";
import { type Orders, work } from "./work.js";
import { idealSeconds, kinds } from "./workload.js";

/** What the whole demo is told. */
export interface DemoOptions {
  readonly workers: number;
  /** Minutes of quota that the workload needs. */
  readonly minutes: number;
  /** How much faster than real time the simulator lives. */
  readonly speed: number;
  /** With a Redis every worker is a process of its own; without, all live in this one. */
  readonly redis: string | undefined;
  /** Whether the simulator refuses what is above the limit, or only counts it. @defaultValue true */
  readonly enforce?: boolean;
}

/** What one way of calling came to. */
export interface PhaseResult {
  readonly how: Orders["how"];
  readonly requests: number;
  readonly refused: number;
  /** Share of requests that were refused. */
  readonly wasted: number;
  readonly seconds: number;
  readonly idealSeconds: number;
  /** Calls accepted in as many minutes as the quota of the workload, against that quota: 1 when no minute went to waste. */
  readonly quotaUsed: number;
  /** Methods that had more accepted in some minute than the published number; none when the simulator enforces it. */
  readonly overLimit: readonly string[];
}

/** Runs the workload one way against a simulator of its own. */
export async function runPhase(
  how: Orders["how"],
  options: DemoOptions,
  onProgress: (done: number, total: number, refused: number) => void,
): Promise<PhaseResult> {
  const minuteMs = 60_000 / options.speed;
  const total = kinds.reduce((sum, { perMinute }) => sum + perMinute * options.minutes, 0);
  await using simulator = await startSlackSimulator({ speed: options.speed, enforce: options.enforce ?? true });
  let done = 0;
  const onDone = (): void => {
    done += 1;
    onProgress(done, total, simulator.ledger.throttled().length);
  };
  await Promise.all(
    Array.from({ length: options.workers }, (_, worker) => {
      const orders: Orders = { ...options, how, slackApiUrl: simulator.url, worker, minuteMs };
      return options.redis === undefined ? work(orders, onDone) : workElsewhere(orders, onDone);
    }),
  );
  const entries = simulator.ledger.entries();
  const refused = simulator.ledger.throttled().length;
  // From the first request to the last, on the simulator's own clock: what came before was starting processes.
  const elapsedMs = ((entries.at(-1)?.atMs ?? 0) - (entries[0]?.atMs ?? 0)) / options.speed;
  const inTime = entries.filter(
    ({ accepted, atMs }) => accepted && atMs - (entries[0]?.atMs ?? 0) < options.minutes * 60_000,
  ).length;
  return {
    how,
    requests: entries.length,
    refused,
    wasted: refused / entries.length,
    seconds: elapsedMs / 1000,
    idealSeconds: idealSeconds(options.minutes, minuteMs),
    quotaUsed: inTime / total,
    overLimit: kinds
      .filter(({ method, perMinute }) => simulator.ledger.maxInWindow(method, 60_000) > perMinute)
      .map(({ method }) => method),
  };
}

function workElsewhere(orders: Orders, onDone: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    // Without the conditions and loaders of whoever runs this.
    const child = fork(fileURLToPath(new URL("../dist/worker.js", import.meta.url)), { execArgv: [] });
    child.on("message", onDone);
    child.on("error", reject);
    child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`A worker ended with code ${code}`))));
    child.send(orders);
  });
}
