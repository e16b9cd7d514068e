import Table from "cli-table3";
import pc from "picocolors";
import type { PhaseResult } from "./run-phase.js";

/** The comparison as a table for people. */
export function reportTable(results: readonly PhaseResult[]): string {
  const table = new Table({
    head: ["clients", "requests", "429s", "wasted", "seconds", "ideal", "quota used"],
    colAligns: ["left", "right", "right", "right", "right", "right", "right"],
    style: { head: [], border: [] },
  });
  for (const { how, requests, refused, wasted, seconds, idealSeconds, quotaUsed } of results) {
    table.push([
      how === "plain" ? "plain constructor" : "createSlackApi",
      requests,
      refused === 0 ? pc.green("0") : pc.red(String(refused)),
      percent(wasted),
      seconds.toFixed(1),
      idealSeconds.toFixed(1),
      percent(quotaUsed),
    ]);
  }
  return table.toString();
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
