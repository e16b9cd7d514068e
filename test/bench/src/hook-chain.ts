import { createCall, createHookChain, type Hook } from "@sluice/core";
import type { Bench } from "./bench.js";
import { type Effort, measureInTurns, type Subject } from "./measure.js";
import { median } from "./statistics.js";

/** What three empty hooks may add to an attempt. */
export const PROMISED_US = 5;

/** Microseconds of one kind of chain, and how much of them the bare transport does not take. */
export interface ChainCost {
  readonly name: string;
  readonly minUs: number;
  readonly medianUs: number;
  /** Median of the differences to the bare transport within one round. */
  readonly addedUs: number;
}

/** The chain that the promise is about. */
export const threeEmptyHooks = "3 hooks: before, after, error";

const nothing = (): void => {};
const transport = async (): Promise<string> => "answer";
const call = createCall({ provider: "bench", account: "bench", operation: "things.list" });

const full = { before: nothing, after: nothing, error: nothing };
const chains: readonly [name: string, count: number, hook: Omit<Hook, "name">][] = [
  ["no hooks", 0, {}],
  [threeEmptyHooks, 3, full],
  ["10 hooks: before, after, error", 10, full],
  ["3 hooks: before", 3, { before: nothing }],
  ["3 hooks: wrap", 3, { wrap: (next, current) => next(current) }],
];

/** Measures what `chain.run("attempt", …)` takes with empty hooks. */
export async function measureHookChain(effort: Effort): Promise<ChainCost[]> {
  const subjects: Subject[] = [
    { name: "bare transport", run: transport },
    ...chains.map(([name, count, hook]) => {
      const hooks = Array.from({ length: count }, (_, index): Hook => ({ name: `hook ${index}`, ...hook }));
      const chain = createHookChain({ hooks });
      return { name, run: () => chain.run("attempt", call, transport) };
    }),
  ];
  const figures = await measureInTurns(subjects, effort);
  const bare = figures.get("bare transport") ?? [];
  return [...figures].map(([name, each]) => {
    const added = each.map((figure, round) => figure - (bare[round] ?? Number.NaN));
    return { name, minUs: Math.min(...each), medianUs: median(each), addedUs: median(added) };
  });
}

export const hookChainBench: Bench = {
  name: "hook-chain",
  async run(pace) {
    const costs = await measureHookChain({ rounds: 15, runsPerRound: pace === "full" ? 20_000 : 2000 });
    const promised = costs.find(({ name }) => name === threeEmptyHooks);
    return [
      {
        title: "What does the hook chain add to an attempt?",
        columns: ["chain", "min µs", "median µs", "added, median µs"],
        rows: costs.map((cost) => [cost.name, cost.minUs, cost.medianUs, cost.addedUs]),
        promises: [
          {
            text: `three empty hooks add at most ${PROMISED_US} µs per attempt`,
            kept: promised !== undefined && promised.addedUs <= PROMISED_US,
          },
        ],
      },
    ];
  },
};
