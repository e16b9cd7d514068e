import Table from "cli-table3";
import pc from "picocolors";
import type { PhaseResult } from "./run-phase.js";
import { scenarioOf } from "./scenarios/index.js";

/** The comparison as a table for people. */
export function reportTable(results: readonly PhaseResult[]): string {
  const table = new Table({
    head: ["provider", "clients", "requests", "429s", "wasted", "seconds", "ideal", "quota used"],
    colAligns: ["left", "left", "right", "right", "right", "right", "right", "right"],
    style: { head: [], border: [] },
  });
  for (const { provider, how, requests, refused, wasted, seconds, idealSeconds, quotaUsed } of results) {
    table.push([
      provider,
      how === "plain" ? "plain constructor" : scenarioOf(provider).factory,
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
