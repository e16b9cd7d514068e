import type { Bench, BenchTable } from "../bench.js";
import { OURS } from "../peers/registry.js";
import { callsTable } from "./calls-table.js";
import { type FaultFigures, faults, measureFault } from "./measure-fault.js";

const bound = { refillRate: 50, burst: 20 };
/** One of each kind that shares through Redis and waits. */
const names = [
  OURS,
  "rate-limiter-flexible",
  "bottleneck, minTime",
  "@upstash/ratelimit",
  "effect",
  "lock + read + write",
];
/** What a fleet may take too much when its Redis is emptied: about one chunk of each process. */
const PROMISED_EXCESS = 8;

/** What is left of a limit, and of the calls, when Redis is frozen, killed or emptied. */
export const faultsBench: Bench = {
  name: "faults",
  async run(pace) {
    const effort = pace === "full" ? { bound, runS: 8, strikeS: 2 } : { bound, runS: 5, strikeS: 1 };
    const chosen = pace === "full" ? faults : faults.slice(3);
    const figures: FaultFigures[] = [];
    for (const fault of chosen) for (const name of names) figures.push(await measureFault(name, fault, effort));
    return [table(figures), await callsTable(pace)];
  },
};

function table(figures: readonly FaultFigures[]): BenchTable {
  const ours = figures.filter(({ name }) => name === OURS);
  const like = ({ fault }: FaultFigures): FaultFigures | undefined => ours.find((own) => own.fault === fault);
  return {
    title: "What do two processes of eight callers have of a bucket of 20, refilled at 50/s, when Redis fails?",
    columns: ["fault", "who", "during", "after", "of possible", "it : ours", "first after, ms", "excess", "errors"],
    rows: figures.map((each) => [
      each.fault,
      each.name,
      each.during,
      each.after,
      each.after / each.possible,
      each.after / (like(each)?.after ?? Number.NaN),
      each.firstMs,
      each.excess,
      each.errors,
    ]),
    notes: [
      "During: grants while Redis was away. After: from its return to the end, 1 is what the refill allows; a burst that an empty Redis",
      "gives once more makes it larger. Excess: tokens above the bound in the worst window of the run, by arrival at the callers.",
    ],
    promises: [
      {
        text: `sluice: excess of at most ${PROMISED_EXCESS} tokens through every fault`,
        kept: ours.every(({ excess }) => excess <= PROMISED_EXCESS),
      },
      {
        text: "sluice: at least 90 % of what is possible after every fault",
        kept: ours.every(({ after, possible }) => after >= possible * 0.9),
      },
    ],
    figures,
  };
}
