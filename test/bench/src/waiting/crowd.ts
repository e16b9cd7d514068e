import { type Bound, jain } from "@sluice/test/fleet";
import { readServerStats, statsPer } from "../server-stats.js";
import { quantile, sum } from "../statistics.js";
import { withFleet } from "./fleet.js";
import { excessOf, idealS, lagsMs, refusedByProvider, sharesAtHalfTime } from "./ledger.js";
import type { Report } from "./worker.js";

/** How the processes of a fleet ask. */
export type Manner = "at once" | "in turns" | "one late";

/** What a fleet had of its bucket. */
export interface CrowdFigures {
  readonly name: string;
  readonly manner: Manner;
  /** Grants that did not come in four times the ideal time. */
  readonly missing: number;
  readonly totalS: number;
  readonly utilisation: number;
  /** As the callers saw it, with all jitter. */
  readonly excess: number;
  /** By the store's clock, where the peer tells. */
  readonly ledgerExcess: number | undefined;
  readonly refused: number;
  readonly sentPerGrant: number;
  readonly runPerGrant: number;
  readonly cpuUsPerGrant: number;
  readonly lagP50Ms: number;
  readonly lagP99Ms: number;
  /** First grant of the late process after it came. */
  readonly lateMs: number | undefined;
  readonly jain: number;
  readonly errors: number;
}

const LATE_US = 1e6;

/** Lets a fleet ask for `calls` tokens in each process. */
export function measureCrowd(
  name: string,
  manner: Manner,
  { bound, processes, calls }: { readonly bound: Bound; readonly processes: number; readonly calls: number },
): Promise<CrowdFigures> {
  return withFleet({ name, bound, processes }, async ({ children, redis, startUs }) => {
    const before = await readServerStats(redis);
    const ideal = idealS(processes * calls, bound);
    const untilUs = startUs + (5 + ideal * 4) * 1e6;
    const starts = children.map(
      (_, index) => startUs + (manner === "one late" && index === processes - 1 ? LATE_US : 0),
    );
    const how = manner === "in turns" ? manner : "at once";
    const reports = await Promise.all(
      children.map((child, index) =>
        child.ask("run", { calls, how, startUs: starts[index] as number, untilUs, live: false }),
      ),
    );
    const seenUs = reports.flatMap((report) => report.seenUs);
    const cost = statsPer(seenUs.length, before, await readServerStats(redis));
    const late = reports.at(-1)?.seenUs[0];
    const totalS = (Math.max(...seenUs) - startUs) / 1e6;
    const lags = lagsMs(seenUs, startUs, bound);
    return {
      name,
      manner,
      missing: processes * calls - seenUs.length,
      totalS,
      utilisation: idealS(seenUs.length, bound) / totalS,
      excess: excessOf(seenUs, bound),
      ledgerExcess: ledgerExcess(reports, bound),
      refused: refusedByProvider(seenUs, bound),
      sentPerGrant: sum(reports.map(({ sent }) => sent)) / seenUs.length,
      runPerGrant: cost.commands,
      cpuUsPerGrant: cost.cpuUs,
      lagP50Ms: quantile(lags, 0.5),
      lagP99Ms: quantile(lags, 0.99),
      lateMs: manner === "one late" && late !== undefined ? (late - startUs - LATE_US) / 1000 : undefined,
      jain: jain(sharesAtHalfTime(reports.map((report) => report.seenUs))),
      errors: sum(reports.map(({ errors }) => errors)),
    };
  });
}

function ledgerExcess(reports: readonly Report[], bound: Bound): number | undefined {
  const atUs = reports.flatMap((report) => report.atUs);
  return atUs.length === 0 ? undefined : excessOf(atUs, bound);
}
