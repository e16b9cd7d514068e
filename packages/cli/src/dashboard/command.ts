import { Command } from "commander";
import { readPort } from "../simulate/settings.js";
import { type ConnectionFlags, withConnection } from "../shared/options.js";
import type { Terminal } from "../terminal.js";

interface DashboardFlags extends ConnectionFlags {
  readonly port: number;
  readonly readOnly?: boolean;
}

/** `sluice dashboard`: the fleet on a page, and the means to steer it. */
export function dashboardCommand(terminal: Terminal): Command {
  const command = new Command("dashboard").description(
    "Serve a page on this machine's loopback address: buckets, providers, breakers, overrides and audit, live, until Ctrl+C.",
  );
  return withConnection(command)
    .option("--port <number>", "where to listen; 0 finds a free port", readPort, 0)
    .option("--read-only", "show everything, change nothing")
    .addHelpText(
      "after",
      "\nThe address has a token in it and is printed once. SLUICE_DASHBOARD_TOKEN, of at least 32 characters, sets the token; it is then not printed.",
    )
    .action(async ({ port, readOnly = false, ...flags }: DashboardFlags) => {
      // Other commands need none of what a page does.
      const { serveDashboard } = await import("./serve.js");
      await serveDashboard({ port, readOnly, flags }, terminal);
    });
}
