import type { BenchTable } from "../bench.js";
import { startChild } from "../children/start-child.js";
import { OURS } from "../peers/registry.js";
import { median, quantile } from "../statistics.js";
import type { LatencyHandlers } from "./latency-worker.js";

/** Our decision against a script call of the same size that does nothing. */
const PROMISED_RATIO = 1.1;

/** How long one decision takes when nothing else is asked. */
export async function measureLatency(
  url: string,
  effort: { readonly rounds: number; readonly calls: number },
): Promise<BenchTable> {
  await using child = startChild<LatencyHandlers>("redis/latency-worker.js");
  const took = await child.ask("measure", { url, ...effort });
  const bare = took[0]?.[1] ?? [];
  const rows = took.map(([name, rounds]) => {
    // Round against round: a busy moment of the machine is in both.
    const ratios = rounds.map((round, index) => median(round) / median(bare[index] ?? []));
    const all = rounds.flat();
    return {
      name,
      p50Us: median(all),
      p99Us: quantile(all, 0.99),
      ratio50: median(ratios),
      ratio99: quantile(all, 0.99) / quantile(bare.flat(), 0.99),
    };
  });
  const ours = rows.find(({ name }) => name === OURS);
  return {
    title: "How long does one decision over Redis take, one at a time?",
    columns: ["who", "p50, µs", "p99, µs", "p50 : bare", "p99 : bare"],
    rows: rows.map(({ name, p50Us, p99Us, ratio50, ratio99 }) => [name, p50Us, p99Us, ratio50, ratio99]),
    notes: [
      "The bare command has our keys, our arguments and our answer, on our client, and does nothing. Lines are in turns.",
    ],
    promises: [
      {
        text: `at most ${PROMISED_RATIO} times the bare command, p50`,
        kept: ours !== undefined && ours.ratio50 <= PROMISED_RATIO,
      },
    ],
    figures: { ...effort, rows },
  };
}
