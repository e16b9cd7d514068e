import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Orders, type Scenario, scenarioOf } from "./scenarios/index.js";
import { work } from "./work.js";

/** What one provider's part of the demo is told. */
export interface DemoOptions {
  readonly provider: string;
  readonly workers: number;
  /** Windows of quota that the workload needs. */
  readonly windows: number;
  /** How much faster than real time the simulator lives. */
  readonly speed: number;
  /** With a Redis every worker is a process of its own; without, all live in this one. */
  readonly redis: string | undefined;
  /** Whether the simulator refuses what is above the limit, or only counts it. @defaultValue true */
  readonly enforce?: boolean;
}

/** What one way of calling came to. */
export interface PhaseResult {
  readonly provider: string;
  readonly how: Orders["how"];
  readonly requests: number;
  readonly refused: number;
  /** Calls that ended with an error. */
  readonly givenUp: number;
  /** Share of requests that were refused. */
  readonly wasted: number;
  readonly seconds: number;
  readonly idealSeconds: number;
  /** Calls accepted in as many windows as the quota of the workload, against that quota: 1 when no window went to waste. */
  readonly quotaUsed: number;
  /** Calls that had more accepted in some window than the published number; none when the simulator enforces it. */
  readonly overLimit: readonly string[];
}

/** Runs the workload one way against a simulator of its own. */
export async function runPhase(
  how: Orders["how"],
  options: DemoOptions,
  onProgress: (done: number, total: number, refused: number) => void,
): Promise<PhaseResult> {
  const scenario = scenarioOf(options.provider);
  const { provider, workers, windows, speed, redis, enforce = true } = options;
  const total = scenario.kinds.reduce((sum, { perWindow }) => sum + perWindow * windows, 0);
  await using simulator = await scenario.start({ speed, enforce });
  let done = 0;
  let givenUp = 0;
  const onDone = (isGivenUp: boolean): void => {
    done += 1;
    if (isGivenUp) givenUp += 1;
    onProgress(done, total, simulator.ledger.throttled().length);
  };
  await Promise.all(
    Array.from({ length: workers }, (_, worker) => {
      const orders: Orders = { provider, how, url: simulator.url, worker, workers, windows, speed, redis };
      return redis === undefined ? work(orders, onDone) : workElsewhere(orders, onDone);
    }),
  );
  return resultOf(scenario, how, { windows, speed, total, givenUp }, simulator.ledger);
}

type SimulatorLedger = Awaited<ReturnType<Scenario["start"]>>["ledger"];

function resultOf(
  { provider, windowMs, kinds }: Scenario,
  how: Orders["how"],
  { windows, speed, total, givenUp }: { windows: number; speed: number; total: number; givenUp: number },
  ledger: SimulatorLedger,
): PhaseResult {
  const entries = ledger.entries();
  const refused = ledger.throttled().length;
  // From the first request to the last, on the simulator's own clock: what came before was starting processes.
  const firstMs = entries[0]?.atMs ?? 0;
  const elapsedMs = ((entries.at(-1)?.atMs ?? 0) - firstMs) / speed;
  const inTime = entries.filter(({ accepted, atMs }) => accepted && atMs - firstMs < windows * windowMs).length;
  return {
    provider,
    how,
    requests: entries.length,
    refused,
    givenUp,
    wasted: refused / entries.length,
    seconds: elapsedMs / 1000,
    idealSeconds: ((windows - 1) * windowMs) / speed / 1000,
    quotaUsed: inTime / total,
    overLimit: kinds
      .filter(({ name, perWindow }) => ledger.maxInWindow(name, windowMs) > perWindow)
      .map(({ name }) => name),
  };
}

function workElsewhere(orders: Orders, onDone: (givenUp: boolean) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    // Without the conditions and loaders of whoever runs this.
    const child = fork(fileURLToPath(new URL("../dist/worker.js", import.meta.url)), { execArgv: [] });
    child.on("message", (givenUp) => onDone(givenUp === true));
    child.on("error", reject);
    child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`A worker ended with code ${code}`))));
    child.send(orders);
  });
}
