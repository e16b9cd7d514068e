import type { Bench, Pace } from "./bench.js";

/** What to run, or why nothing is. */
export type Chosen = { readonly benches: readonly Bench[]; readonly pace: Pace } | { readonly problem: string };

/** Reads the command line: names of benches, all of them when there is none, and `--quick`. */
export function chooseBenches(words: readonly string[], benches: readonly Bench[]): Chosen {
  const options = words.filter((word) => word.startsWith("-"));
  const names = words.filter((word) => !word.startsWith("-"));
  const odd = options.find((option) => option !== "--quick");
  if (odd !== undefined) return { problem: `no option ${odd}; there is --quick` };
  const unknown = names.filter((name) => benches.every((bench) => bench.name !== name));
  if (unknown.length > 0)
    return { problem: `no bench named ${unknown.join(", ")}; there are ${benches.map(({ name }) => name).join(", ")}` };
  return {
    benches: names.length === 0 ? benches : benches.filter(({ name }) => names.includes(name)),
    pace: options.length === 0 ? "full" : "quick",
  };
}
