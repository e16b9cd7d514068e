// One process that puts single calls to one peer and times each of them, whatever becomes of its store.
import type { Bound } from "@sluice/test/fleet";
import { setTimeout as rest } from "node:timers/promises";
import { serve } from "../children/serve.js";
import { nowUs, sleep } from "../clock.js";
import type { Place } from "../peers/peer.js";
import { settingNamed } from "./settings.js";

/** What became of the calls of a process. Instants are of `nowUs`. Unit: microseconds. */
export interface CallReport {
  calls: number;
  /** When a caller was told yes, and when it was told yes or no. */
  readonly admittedUs: number[];
  readonly answeredUs: number[];
  errors: number;
  /** When the last call failed; 0 when none did. */
  lastErrorUs: number;
  /** Longest of those that settled. Unit: milliseconds. */
  longestMs: number;
  /** Calls that were still open after `HANG_MS`. */
  hangs: number;
}

/** A call that has not settled by then hangs. */
export const HANG_MS = 6000;

type Ask = () => Promise<boolean>;
type Outcome = "yes" | "no" | "error" | "open";

let opening: Promise<Ask> | undefined;
let report = empty();

const handlers = {
  /** Opens the peer, whose first call waits for it: creating a client must not need the store. */
  async prepare({ name, place, bound }: { name: string; place: Place; bound: Bound }): Promise<void> {
    const { load, waits } = settingNamed(name);
    const peer = await load();
    opening = (async (): Promise<Ask> => {
      const waiter = waits ? await peer.waiting?.(place, bound) : undefined;
      if (waiter !== undefined) return () => waiter.wait().then(() => true);
      const decider = await peer.redis?.(place, bound);
      if (decider === undefined) throw new Error(`${name} can neither decide nor wait`);
      return async () => decider.decide(place.bucket);
    })();
    opening.catch(() => {});
  },

  /** Callers that ask again a moment after they have been answered, or have given up. */
  async loop({
    callers,
    pauseMs,
    untilUs,
  }: {
    callers: number;
    pauseMs: number;
    untilUs: number;
  }): Promise<CallReport> {
    report = empty();
    const caller = async (): Promise<void> => {
      while (nowUs() < untilUs) {
        await one();
        await sleep(pauseMs);
      }
    };
    await Promise.all(Array.from({ length: callers }, caller));
    return report;
  },

  /** A single call. */
  async once(): Promise<CallReport> {
    report = empty();
    await one();
    return report;
  },

  /** How many are admitted one after the other, until one is not, or does not settle. */
  async drain({ most }: { most: number }): Promise<number> {
    for (let count = 0; count < most; count += 1) {
      const outcome = await Promise.race([attempt(), sleep(1000).then((): Outcome => "open")]);
      if (outcome !== "yes") return count;
    }
    return most;
  },
};
export type CallHandlers = typeof handlers;
serve(handlers);

async function one(): Promise<void> {
  const sinceUs = nowUs();
  const giveUp = new AbortController();
  const tooLong = rest(HANG_MS, "open" as const, { signal: giveUp.signal }).catch((): Outcome => "open");
  const outcome = await Promise.race([attempt(), tooLong]);
  giveUp.abort();
  const us = nowUs();
  report.calls += 1;
  if (outcome === "open") report.hangs += 1;
  else report.longestMs = Math.max(report.longestMs, (us - sinceUs) / 1000);
  if (outcome === "error") [report.errors, report.lastErrorUs] = [report.errors + 1, us];
  if (outcome === "yes" || outcome === "no") report.answeredUs.push(us);
  if (outcome === "yes") report.admittedUs.push(us);
}

async function attempt(): Promise<Outcome> {
  try {
    return (await (await opening)?.()) === true ? "yes" : "no";
  } catch {
    return "error";
  }
}

function empty(): CallReport {
  return { calls: 0, admittedUs: [], answeredUs: [], errors: 0, lastErrorUs: 0, longestMs: 0, hangs: 0 };
}
