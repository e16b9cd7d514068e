import type { BenchTable, Promised } from "../bench.js";
import { startChild } from "../children/start-child.js";
import { median, quantile } from "../statistics.js";
import type { InboundLatencyHandlers, LatencyEffort } from "./latency-worker.js";

const PROMISED_MS = { p50: 0.3, p99: 1.2 } as const;
const loads = [1, 64] as const;

/** One of those measured, at one load. Unit: microseconds. */
interface Row {
  readonly name: string;
  readonly ours: boolean;
  /** Whether it is told to ask Redis about every request. */
  readonly asksEach: boolean;
  readonly p50: number;
  readonly p99: number;
  /** What a round took, to be compared with another's in the same round. */
  readonly rounds: readonly { readonly p50: number; readonly p99: number }[];
}

/** How long a decision about a request takes over Redis, beside the others. */
export async function measureInboundLatency(
  url: string,
  effort: Readonly<Record<"single" | "crowd", LatencyEffort>>,
): Promise<readonly BenchTable[]> {
  await using child = startChild<InboundLatencyHandlers>("inbound/latency-worker.js");
  const names = await child.ask("open", { url });
  const tables: BenchTable[] = [];
  for (const inFlight of loads) {
    const took = await child.ask("measure", { ...(inFlight === 1 ? effort.single : effort.crowd), inFlight });
    const rows = names.map((who, index): Row => {
      const rounds = took[index] ?? [];
      const all = rounds.flat();
      const of = (figures: readonly number[]) => ({ p50: quantile(figures, 0.5), p99: quantile(figures, 0.99) });
      return { ...who, ...of(all), rounds: rounds.map(of) };
    });
    tables.push(table(rows, inFlight));
  }
  return tables;
}

function table(rows: readonly Row[], inFlight: number): BenchTable {
  const ours = rows.filter((row) => row.ours);
  const peers = rows.filter((row) => !row.ours);
  return {
    title: `How long does a decision about a request take over Redis, ${inFlight === 1 ? "one at a time" : `${inFlight} in flight`}?`,
    columns: ["who", "p50, ms", "p99, ms", ...ours.flatMap(({ name }) => [`${name} : it, p50`, "p99"])],
    rows: rows.map((row) => [
      row.name,
      row.p50 / 1000,
      row.p99 / 1000,
      ...ours.flatMap((own) => [ratio(own, row, "p50"), ratio(own, row, "p99")]),
    ]),
    notes: [
      "One policy, 100 000 a minute for each of 100 users, shared by all processes. Ratios: median over rounds, ours to its figure of the same round.",
      "Sluice answers about a wide limit from what it took along with an earlier answer; `advanceMs: 0` asks Redis about each, as the others do.",
      "What was held is gone after each turn here, so a turn begins by asking about every user.",
    ],
    promises: ours.filter(({ asksEach }) => !asksEach).flatMap((own) => promisesOf(own, peers, inFlight)),
    figures: { inFlight, rows },
  };
}

function promisesOf(own: Row, peers: readonly Row[], inFlight: number): Promised[] {
  const absolute = (["p50", "p99"] as const).map((which) => ({
    text: `${own.name}: ${which} at most ${PROMISED_MS[which]} ms (${(own[which] / 1000).toFixed(3)})`,
    kept: own[which] <= PROMISED_MS[which] * 1000,
  }));
  const beside = (["p50", "p99"] as const).map((which) => {
    const ratios = peers.map((peer) => ratio(own, peer, which));
    const shown = peers.map(({ name }, index) => `${name} ${ratios[index]?.toFixed(2)}`).join(", ");
    return {
      text: `${own.name}: ${which} below that of every peer (${shown})`,
      kept: ratios.every((each) => each < 1),
    };
  });
  // With many in flight a decision waits for those before it: only the comparison says something then.
  return inFlight === 1 ? [...absolute, ...beside] : beside;
}

function ratio(own: Row, other: Row, which: "p50" | "p99"): number {
  return median(own.rounds.map((round, index) => round[which] / (other.rounds[index]?.[which] ?? Number.NaN)));
}
