import type { Bench, BenchTable } from "../bench.js";
import { OURS, peersFor } from "../peers/registry.js";
import { type CrowdFigures, type Manner, measureCrowd } from "./crowd.js";
import { type KillFigures, measureKill, measureSkew, type SkewFigures } from "./mishaps.js";

const bound = { refillRate: 50, burst: 20 };
const PROCESSES = 4;
/** Its adaptive part does nothing while nobody refuses. */
const left = new Set(["effect, adaptive"]);

/** How a fleet of real processes shares one bucket in Redis: ours and everybody's who can wait. */
export const waitingBench: Bench = {
  name: "waiting",
  async run(pace) {
    const full = pace === "full";
    const plan: readonly (readonly [Manner, calls: number])[] = full
      ? [
          ["at once", 200],
          ["in turns", 60],
          ["one late", 60],
        ]
      : [["one late", 20]];
    const names = peersFor("waiting").filter((name) => !left.has(name));
    const crowds: CrowdFigures[] = [];
    for (const [manner, calls] of plan)
      for (const name of names) crowds.push(await measureCrowd(name, manner, { bound, processes: PROCESSES, calls }));
    const mishaps: (KillFigures & SkewFigures & { readonly name: string })[] = [];
    for (const name of names) {
      const killed = await measureKill(name, bound, full ? 200 : 50);
      mishaps.push({ name, ...killed, ...(await measureSkew(name, bound, full ? 80 : 30)) });
    }
    return [crowdTable(crowds), mishapTable(mishaps)];
  },
};

function crowdTable(crowds: readonly CrowdFigures[]): BenchTable {
  const own = crowds.filter(({ name }) => name === OURS);
  const oursLike = ({ manner }: CrowdFigures): CrowdFigures | undefined =>
    own.find((figures) => figures.manner === manner);
  const atOnce = own.find(({ manner }) => manner === "at once");
  return {
    title: `How do ${PROCESSES} processes share a bucket of ${bound.burst}, refilled at ${bound.refillRate}/s?`,
    columns: [
      "who",
      "how",
      "total, s",
      "utilisation",
      "excess",
      "refused",
      "sent/grant",
      "it : ours",
      "run/grant",
      "CPU µs/grant",
      "lag p50, ms",
      "lag p99, ms",
      "it : ours",
      "late, ms",
      "Jain at half",
      "missing",
      "errors",
    ],
    rows: crowds.map((each) => [
      each.name,
      each.manner,
      each.totalS,
      each.utilisation,
      each.excess,
      each.refused,
      each.sentPerGrant,
      each.sentPerGrant / (oursLike(each)?.sentPerGrant ?? Number.NaN),
      each.runPerGrant,
      each.cpuUsPerGrant,
      each.lagP50Ms,
      each.lagP99Ms,
      each.lagP99Ms / (oursLike(each)?.lagP99Ms ?? Number.NaN),
      each.lateMs,
      each.jain,
      each.missing,
      each.errors,
    ]),
    notes: [
      "Excess and refused are by arrival at the callers, jitter included: tokens above the bound in the worst window, and requests that",
      "an exact provider would refuse. Sent: commands of the clients; run: all that the server ran. Lag: after the token was there.",
      "Who counts in windows has one of the same mean rate; limiter has a quarter of the bucket in each process.",
    ],
    promises: [
      {
        text: "sluice: by the store's clock, no window above burst + rate x time",
        kept: own.every(({ ledgerExcess }) => (ledgerExcess ?? Number.POSITIVE_INFINITY) <= 0),
      },
      {
        text: "sluice: at least 99.5 % of the tokens used, nothing missing",
        kept: own.every(({ utilisation, missing }) => utilisation >= 0.995 && missing === 0),
      },
      {
        text: "sluice: at once, at most 0.3 commands a grant, and Jain at half time at least 0.99",
        kept: atOnce === undefined ? undefined : atOnce.sentPerGrant <= 0.3 && atOnce.jain >= 0.99,
      },
      {
        text: "sluice: at once, lag p99 at most 10 ms",
        kept: atOnce === undefined ? undefined : atOnce.lagP99Ms <= 10,
      },
      {
        text: "sluice: in turns, at most one command a grant; a late comer is granted within 250 ms",
        kept: own.every(({ sentPerGrant, lateMs }) => sentPerGrant <= 1 && (lateMs ?? 0) <= 250),
      },
    ],
    figures: crowds,
  };
}

function mishapTable(mishaps: readonly (KillFigures & SkewFigures & { readonly name: string })[]): BenchTable {
  const ours = mishaps.find(({ name }) => name === OURS);
  return {
    title: "What is lost with a killed process, and what does a wrong date do?",
    columns: ["who", "tokens lost", "never granted", "wrong date: time : ideal", "wrong date: excess"],
    rows: mishaps.map(({ name, lost, missing, slowdown, excess }) => [name, lost, missing, slowdown, excess]),
    notes: [
      "Killed: one of two processes, with its waiters, after a second; windows may show one window's worth. Date: one of two is 2 s ahead.",
    ],
    promises: [
      {
        text: "sluice: a killed process takes at most one chunk with it (4 tokens), and dates do not matter",
        kept: ours !== undefined && ours.lost <= 4 && ours.slowdown < 1.05 && ours.excess < 5,
      },
    ],
    figures: mishaps,
  };
}
