import type { Bound } from "@sluice/test/fleet";
import { nowUs, sleepUntil } from "../clock.js";
import { withFleet } from "./fleet.js";
import { excessOf, idealS } from "./ledger.js";

/** What became of the tokens of a process that was killed. */
export interface KillFigures {
  readonly lost: number;
  /** Of the survivor's grants, those that never came. */
  readonly missing: number;
}

/** Two processes with so many waiters each; one is killed after a second. Tokens that came after that and that nobody had are lost. */
export function measureKill(name: string, bound: Bound, calls: number): Promise<KillFigures> {
  const seenUs: number[] = [];
  const onEvent = (_: number, us: unknown): void => void seenUs.push(us as number);
  return withFleet({ name, bound, processes: 2, onEvent }, async ({ children, startUs }) => {
    const [victim, survivor] = children;
    if (victim === undefined || survivor === undefined) throw new Error("a fleet of two");
    const untilUs = startUs + (5 + idealS(2 * calls, bound) * 4) * 1e6;
    const orders = { calls, how: "at once", startUs, untilUs, live: true } as const;
    victim.ask("run", orders).catch(() => {});
    const survived = survivor.ask("run", orders);
    await sleepUntil(startUs + 1e6);
    await victim.kill();
    const killedUs = nowUs();
    const report = await survived;
    const lastUs = Math.max(killedUs, ...report.seenUs);
    const hadSince = seenUs.filter((us) => us > killedUs && us <= lastUs).length;
    return {
      lost: Math.max(0, ((lastUs - killedUs) / 1e6) * bound.refillRate - hadSince),
      missing: calls - report.seenUs.length,
    };
  });
}

/** What a wrong date does. */
export interface SkewFigures {
  /** Against the ideal time. */
  readonly slowdown: number;
  readonly excess: number;
}

const SKEW_MS = 2000;

/** Two processes take turns with their tokens, and one of them believes it is two seconds later. */
export function measureSkew(name: string, bound: Bound, calls: number): Promise<SkewFigures> {
  return withFleet({ name, bound, processes: 2, skewsMs: [0, SKEW_MS] }, async ({ children, startUs }) => {
    const ideal = idealS(2 * calls, bound);
    const untilUs = startUs + (5 + ideal * 4) * 1e6;
    const reports = await Promise.all(
      children.map((child) => child.ask("run", { calls, how: "in turns", startUs, untilUs, live: false })),
    );
    const seenUs = reports.flatMap((report) => report.seenUs);
    return { slowdown: (Math.max(...seenUs) - startUs) / 1e6 / ideal, excess: excessOf(seenUs, bound) };
  });
}
