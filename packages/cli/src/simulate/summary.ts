import type { Ledger } from "@sluice/simulators";
import Table from "cli-table3";
import { createColors } from "picocolors";
import { printable } from "../output/printable.js";

/** Requests of one kind, or of all. */
export interface Tally {
  readonly requests: number;
  readonly refused: number;
}

/** What a run came to. */
export interface Summary extends Tally {
  readonly provider: string;
  readonly url: string;
  readonly seconds: number;
  /** Requests that had to be left out, since a ledger keeps only so many. */
  readonly forgotten: number;
  /** The methods asked for most, most first; refusals are those for the rate. */
  readonly methods: readonly (Tally & { readonly method: string })[];
}

/** Most methods that a summary names. */
const mostMethods = 10;

/** Sums up a ledger. */
export function summarize(run: Pick<Summary, "provider" | "url" | "seconds">, ledger: Ledger): Summary {
  const methods = new Map<string, { requests: number; refused: number }>();
  const tallyOf = (method: string): { requests: number; refused: number } => {
    const tally = methods.get(method) ?? { requests: 0, refused: 0 };
    methods.set(method, tally);
    return tally;
  };
  const refused = ledger.throttled();
  for (const { method } of ledger.entries()) tallyOf(method).requests += 1;
  for (const { method } of refused) tallyOf(method).refused += 1;
  return {
    ...run,
    requests: ledger.count(),
    refused: refused.length,
    forgotten: ledger.dropped(),
    methods: [...methods]
      .map(([method, tally]) => ({ method, ...tally }))
      .toSorted((one, other) => other.requests - one.requests || (one.method < other.method ? -1 : 1))
      .slice(0, mostMethods),
  };
}

/** A summary for people. */
export function summaryText(summary: Summary, hasColors: boolean): string {
  const { green, red } = createColors(hasColors);
  const { seconds, forgotten, methods } = summary;
  const counted = (refused: number): string => (refused === 0 ? green("0") : red(String(refused)));
  const table = new Table({
    head: ["method", "requests", "refused"],
    colAligns: ["left", "right", "right"],
    style: { head: [], border: [] },
  });
  for (const { method, requests, refused } of methods) table.push([printable(method), requests, counted(refused)]);
  const head = `${summary.requests} requests in ${seconds.toFixed(1)} s, ${counted(summary.refused)} refused for their rate`;
  const left = forgotten === 0 ? "" : `; ${forgotten} earlier ones are not counted`;
  return [`${head}${left}`, ...(methods.length === 0 ? [] : [table.toString()]), ""].join("\n");
}
