import type { Bound } from "@sluice/test/fleet";
import type { RedisServer } from "@sluice/test/redis-server";
import type { Redis } from "ioredis";
import { nowUs, sleep, sleepUntil } from "../clock.js";
import { sum } from "../statistics.js";
import { withFleet } from "../waiting/fleet.js";
import { excessOf } from "../waiting/ledger.js";

/** What happens to the server. Resolves when it can be used again. */
export interface Fault {
  readonly name: string;
  strike(server: RedisServer, redis: Redis): Promise<void>;
}

const DOWN_MS = 3000;

export const faults: readonly Fault[] = [
  {
    name: "frozen for 3 s",
    async strike(server) {
      server.pause();
      await sleep(DOWN_MS);
      server.resume();
    },
  },
  { name: "killed, back empty at once", strike: (server) => server.restart() },
  {
    name: "killed, back empty after 3 s",
    async strike(server) {
      await server.kill();
      await sleep(DOWN_MS);
      await server.restart();
    },
  },
  {
    name: "emptied, scripts too",
    async strike(_, redis) {
      await redis.multi().flushall().script("FLUSH").exec();
    },
  },
];

/** How a fleet came through. */
export interface FaultFigures {
  readonly name: string;
  readonly fault: string;
  /** Grants while the server was away. */
  readonly during: number;
  /** Grants from then until the end, and how many the refill alone allows. */
  readonly after: number;
  readonly possible: number;
  /** From the server's return to the first grant. Unit: milliseconds; undefined when there was none. */
  readonly firstMs: number | undefined;
  /** Tokens above the bound in the worst window of the whole run, as the callers saw it. */
  readonly excess: number;
  readonly errors: number;
}

/** Callers of two processes ask all the time; after `strikeS` seconds the fault comes. */
export function measureFault(
  name: string,
  fault: Fault,
  { bound, runS, strikeS }: { readonly bound: Bound; readonly runS: number; readonly strikeS: number },
): Promise<FaultFigures> {
  return withFleet({ name, bound, processes: 2 }, async ({ children, server, redis, startUs }) => {
    const untilUs = startUs + runS * 1e6;
    const looping = Promise.all(children.map((child) => child.ask("loop", { callers: 8, startUs, untilUs })));
    await sleepUntil(startUs + strikeS * 1e6);
    const struckUs = nowUs();
    await fault.strike(server, redis);
    const backUs = nowUs();
    const reports = await looping;
    const seenUs = reports.flatMap((report) => report.seenUs).toSorted((a, b) => a - b);
    const after = seenUs.filter((us) => us >= backUs);
    return {
      name,
      fault: fault.name,
      during: seenUs.filter((us) => us >= struckUs && us < backUs).length,
      after: after.length,
      possible: ((untilUs - backUs) / 1e6) * bound.refillRate,
      firstMs: after[0] === undefined ? undefined : (after[0] - backUs) / 1000,
      excess: excessOf(seenUs, bound),
      errors: sum(reports.map(({ errors }) => errors)),
    };
  });
}
