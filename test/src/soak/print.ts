import Table from "cli-table3";
import type { EpisodeFigures } from "./judge.js";
import type { Progress, SoakResult } from "./run-soak.js";

/** One line on how it goes. */
export function progressLine({ elapsedS, faults, now, calls, admitted, latestMs, heapBytes }: Progress): string {
  const clock = `${Math.floor(elapsedS / 60)}:${String(Math.floor(elapsedS % 60)).padStart(2, "0")}`;
  const latest = Number.isFinite(latestMs) ? `${latestMs.toFixed(0)} ms` : "–";
  const heap = heapBytes === 0 ? "–" : `${(heapBytes / 2 ** 20).toFixed(1)} MiB`;
  return `${clock}  ${faults} faults, now ${now}  ${calls} calls, ${admitted} admitted, latest against its deadline ${latest}, heap ${heap}`;
}

/** What was promised and what came of it, and what each kind of fault did. */
export function resultTables({ verdicts, episodes }: SoakResult): string {
  const promises = new Table({ head: ["", "promise", "seen"], colWidths: [4, 56, 76], wordWrap: true });
  for (const { kept, promise, seen } of verdicts) promises.push([kept ? "✓" : "✗", promise, seen]);
  const faults = new Table({ head: ["fault", "times", "back after, median", "slowest", "tokens over at worst"] });
  for (const [kind, times] of byKind(episodes)) {
    const backMs = times
      .map(({ recoveredMs }) => recoveredMs ?? Number.POSITIVE_INFINITY)
      .toSorted((one, other) => one - other);
    const over = Math.max(...times.map((episode) => episode.over));
    faults.push([kind, times.length, ms(backMs[backMs.length >> 1]), ms(backMs.at(-1)), over.toFixed(1)]);
  }
  return `${faults.toString()}\n${promises.toString()}`;
}

function byKind(episodes: readonly EpisodeFigures[]): Map<string, EpisodeFigures[]> {
  const kinds = new Map<string, EpisodeFigures[]>();
  for (const episode of episodes) kinds.set(episode.kind, [...(kinds.get(episode.kind) ?? []), episode]);
  return new Map([...kinds].toSorted(([one], [other]) => one.localeCompare(other)));
}

function ms(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? "not before the next" : `${value.toFixed(0)} ms`;
}
