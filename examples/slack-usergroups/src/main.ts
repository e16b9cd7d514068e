#!/usr/bin/env node
import { Command } from "commander";
import { connect } from "./connect.js";
import { reconcile } from "./reconcile.js";

interface Arguments {
  readonly file: string;
  readonly workspace: string;
  readonly dryRun: boolean;
  readonly prune: boolean;
  readonly json: boolean;
  readonly real: boolean;
  readonly apiUrl?: string;
}

const program = new Command("slack-usergroups")
  .description("Keeps a workspace's user groups as a file says. Without a token it works on a simulated workspace.")
  .requiredOption("-f, --file <path>", "YAML file with the desired state")
  .option("-w, --workspace <name>", "name of the workspace", "acme")
  .option("-n, --dry-run", "print the plan and change nothing", false)
  .option("--prune", "also disable groups that are not in the file", false)
  .option("--json", "print one JSON document in place of tables", false)
  .option("--real", "work on Slack itself; so it does when SLACK_TOKEN is set", false)
  .option("--api-url <url>", "work on a simulator that runs there")
  .parse();

const given = program.opts<Arguments>();
const real = given.real || (given.apiUrl === undefined && (process.env["SLACK_TOKEN"] ?? "") !== "");

process.exitCode = await reconcile(given, () => connect({ ...given, real }), {
  print: (text) => console.log(text),
  note: (text) => console.error(text),
});
