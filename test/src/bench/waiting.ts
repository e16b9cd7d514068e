import { Redis } from "ioredis";
import { jain, worstExcess } from "../fleet/ledger.js";
import type { WorkerReport } from "../fleet/limiter-worker.js";
import { runFleet } from "../fleet/run-fleet.js";
import { startRedisServer } from "../redis-server/index.js";
import type { Bench } from "./bench.js";

const bound = { refillRate: 50, burst: 20 };
const PROCESSES = 4;
const CALLS = 200;

/** How a fleet of real processes shares one bucket in Redis. */
export const waitingBench: Bench = {
  name: "waiting",
  async run() {
    const rows = [
      await round("at once", "at once", []),
      await round("in turns", "in turns", []),
      await round("at once, one a second late", "at once", [0, 0, 0, 1000]),
    ];
    return {
      title: `How do ${PROCESSES} processes share a bucket of ${bound.burst}, refilled at ${bound.refillRate}/s, ${CALLS} acquisitions each?`,
      columns: [
        "how",
        "utilisation",
        "excess, tokens",
        "commands per grant",
        "Jain at half time",
        "lag p50, ms",
        "lag p99, ms",
        "late comer, ms",
      ],
      rows,
      promise: {
        text: "no window above burst + rate x time",
        kept: rows.every(([, , excess]) => (excess as number) <= 0),
      },
    };
  },
};

async function round(
  label: string,
  how: "at once" | "in turns",
  lateMs: readonly number[],
): Promise<(string | number)[]> {
  await using server = await startRedisServer();
  const redis = new Redis(server.url);
  const before = await scriptCalls(redis);
  const reports = await runFleet(PROCESSES, { url: server.url, calls: CALLS, how, ...bound }, lateMs);
  const commandsPerGrant = ((await scriptCalls(redis)) - before) / (PROCESSES * CALLS);
  redis.disconnect();

  const atUs = reports.flatMap((report) => report.atUs).toSorted((a, b) => a - b);
  const tookS = ((atUs.at(-1) ?? 0) - (atUs[0] ?? 0)) / 1e6;
  const idealS = (atUs.length - bound.burst) / bound.refillRate;
  const half = atUs[Math.floor(atUs.length / 2)] ?? 0;
  const shares = reports.map((report) => report.atUs.filter((us) => us <= half).length);
  const lag = reports.flatMap(lagsOf).toSorted((a, b) => a - b);
  const late = lateMs.length === 0 ? "" : firstGrantMs(reports.at(-1) as WorkerReport, (atUs[0] ?? 0) / 1000 + 1000);
  const at = (share: number): number => lag[Math.floor(lag.length * share)] ?? 0;
  return [label, idealS / tookS, worstExcess(atUs, bound), commandsPerGrant, jain(shares), at(0.5), at(0.99), late];
}

/** Between the instant a token was there and the instant its caller had it. */
function lagsOf({ atUs, seenMs }: WorkerReport): number[] {
  return atUs.map((us, index) => (seenMs[index] ?? 0) - us / 1000);
}

function firstGrantMs({ seenMs }: WorkerReport, joinedMs: number): number {
  return (seenMs[0] ?? 0) - joinedMs;
}

async function scriptCalls(redis: Redis): Promise<number> {
  const stats = await redis.info("commandstats");
  return [...stats.matchAll(/cmdstat_(?:evalsha|eval):calls=(\d+)/g)].reduce(
    (sum, [, calls]) => sum + Number(calls),
    0,
  );
}
