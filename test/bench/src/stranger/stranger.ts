import { startRedisServer } from "@sluice/test/redis-server";
import type { Bench, BenchTable } from "../bench.js";
import { startChild } from "../children/start-child.js";
import { nowUs, sleep, sleepUntil } from "../clock.js";
import { OURS } from "../peers/registry.js";
import { type Provider, type Seen, startProvider } from "./provider.js";
import type { StrangerHandlers } from "./worker.js";

const bound = { refillRate: 10, burst: 20 };
const STRANGER_PER_SECOND = 3;
const PROCESSES = 4;
const CALLERS = 5;
/** As in the worker, which runs when it is imported. */
const NOBODY = "nothing";
const names = [
  OURS,
  "effect, adaptive",
  "effect",
  "@upstash/ratelimit",
  "rate-limiter-flexible",
  "bottleneck, minTime",
  NOBODY,
];
const FULL_SHARE = 0.9;
const FULL_WINDOW_S = 3;
const promised = { refusedShare: 0.03, usedShare: 0.95, backS: 60 } as const;

interface Times {
  /** Until then nobody is judged. */
  readonly settledS: number;
  /** Then the stranger goes. */
  readonly leavesS: number;
  /** Then nobody is waited for any more. */
  readonly endS: number;
}

interface Figures {
  readonly name: string;
  readonly refusedShare: number;
  readonly usedShare: number;
  /** From the stranger's leaving until the whole quota is used again; undefined when it was not. */
  readonly backS: number | undefined;
  readonly requests: number;
  readonly refused: number;
}

/** A fleet that shares its quota with somebody it cannot see. */
export const strangerBench: Bench = {
  name: "stranger",
  async run(pace) {
    const times = pace === "full" ? { settledS: 7, leavesS: 16, endS: 76 } : { settledS: 3, leavesS: 6, endS: 12 };
    const figures: Figures[] = [];
    for (const name of names) figures.push(await measure(name, times));
    return [table(figures, times)];
  },
};

async function measure(name: string, times: Times): Promise<Figures> {
  await using server = await startRedisServer();
  await using provider = await startProvider(bound);
  const children = Array.from({ length: PROCESSES }, () => startChild<StrangerHandlers>("stranger/worker.js"));
  try {
    const place = { url: server.url, bucket: "provider", processes: PROCESSES };
    await Promise.all(children.map((child) => child.ask("prepare", { name, place, bound })));
    await sleep(200);
    const startUs = nowUs();
    provider.setStranger(STRANGER_PER_SECOND);
    await Promise.all(children.map((child) => child.ask("call", { url: provider.url, callers: CALLERS })));
    await sleepUntil(startUs + times.leavesS * 1e6);
    provider.setStranger(0);
    const leftUs = nowUs();
    const backS = await backToFull(provider, leftUs, startUs + times.endS * 1e6);
    const from = startUs + times.settledS * 1e6;
    const judged = provider.seen.filter(({ atUs }) => atUs >= from && atUs < leftUs);
    const refused = judged.filter((each) => each.refused).length;
    const leftOver = ((leftUs - from) / 1e6) * (bound.refillRate - STRANGER_PER_SECOND);
    return {
      name,
      refusedShare: refused / judged.length,
      usedShare: (judged.length - refused) / leftOver,
      backS,
      requests: judged.length,
      refused,
    };
  } finally {
    await Promise.all(children.map((child) => child.kill()));
  }
}

/** Waits until a window is full again; says how long after the leaving it began. Unit: seconds. */
async function backToFull(provider: Provider, leftUs: number, endUs: number): Promise<number | undefined> {
  for (;;) {
    await sleep(500);
    const us = nowUs();
    if (us - leftUs >= FULL_WINDOW_S * 1e6) {
      const fromUs = us - FULL_WINDOW_S * 1e6;
      if (acceptedSince(provider.seen, fromUs) >= FULL_WINDOW_S * bound.refillRate * FULL_SHARE)
        return (fromUs - leftUs) / 1e6;
    }
    if (us > endUs) return undefined;
  }
}

function acceptedSince(seen: readonly Seen[], fromUs: number): number {
  return seen.filter(({ atUs, refused }) => atUs >= fromUs && !refused).length;
}

function table(figures: readonly Figures[], times: Times): BenchTable {
  const ours = figures.find(({ name }) => name === OURS) as Figures;
  return {
    title: `What do ${PROCESSES} processes have of a quota of ${bound.burst} and ${bound.refillRate}/s of which a stranger takes ${STRANGER_PER_SECOND}/s unseen?`,
    columns: ["who", "refused share", "it : ours", "refused", "requests", "used of what is left", "back to full, s"],
    rows: figures.map((each) => [
      each.name,
      each.refusedShare,
      each.refusedShare / ours.refusedShare,
      each.refused,
      each.requests,
      each.usedShare,
      each.backS,
    ]),
    notes: [
      `Judged from ${times.settledS} s to ${times.leavesS} s, when the stranger leaves. Back: from then until ${FULL_WINDOW_S} s have ${FULL_SHARE * 100} % of the quota.`,
      `After a 429 each caller waits for Retry-After; "${NOBODY}" does that alone. Sluice and effect, adaptive are told of every answer.`,
    ],
    promises: [
      {
        text: `sluice: at most ${promised.refusedShare * 100} % refused, at least ${promised.usedShare * 100} % of what is left used`,
        kept: ours.refusedShare <= promised.refusedShare && ours.usedShare >= promised.usedShare,
      },
      {
        text: `sluice: back to full within ${promised.backS} s`,
        kept: (ours.backS ?? Number.POSITIVE_INFINITY) <= promised.backS,
      },
    ],
    figures,
  };
}
