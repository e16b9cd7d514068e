import type { Identity, Reputation } from "@sluice/policy";
import { Command } from "commander";
import { wrong } from "../exit-codes.js";
import { facts, paint } from "../output/table.js";
import { confirm } from "../shared/confirm.js";
import { authorOf, type ConnectionFlags, withConnection, type WhyFlags, withWhy, withYes } from "../shared/options.js";
import { print } from "../shared/print.js";
import { withEngine } from "../shared/with-engine.js";
import type { Terminal } from "../terminal.js";

interface WhoseFlags extends ConnectionFlags {
  readonly user?: string;
  readonly tenant?: string;
  readonly ip?: string;
  readonly apiKey?: string;
}

/** `sluice reputation`: what conduct is worth. */
export function reputationCommand(terminal: Terminal): Command {
  const reputation = new Command("reputation").description("Conduct that changes rates: show, reset.");

  withWhose(withConnection(reputation.command("show").description("Show how somebody stands."))).action(
    async (flags: WhoseFlags) => {
      const whose = await whoseOf(flags, terminal);
      if (whose === undefined) throw wrong("whose? Exactly one of --user, --tenant, --ip and --api-key");
      const sight = await withEngine(flags, terminal, (engine) => engine.reputation.get(whose));
      print(terminal, flags.json, { reputation: sight }, ({ green, yellow, red }) => {
        const color = sight.score >= 90 ? green : sight.score > 0 ? yellow : red;
        return facts([["score", paint(color, Math.round(sight.score))], ...rowsOf(sight)]);
      });
    },
  );

  const reset = reputation.command("reset").description("Forgive one, or everybody.");
  withYes(withWhy(withWhose(withConnection(reset))))
    .option("--all", "everybody under this engine")
    .action(async (flags: WhoseFlags & WhyFlags & { readonly all?: boolean; readonly yes?: boolean }) => {
      const whose = await whoseOf(flags, terminal);
      if ((whose === undefined) === (flags.all !== true))
        throw wrong("whom? Exactly one of --user, --tenant, --ip, --api-key and --all");
      if (whose === undefined) await confirm(`Everybody under engine ${flags.name} is forgiven`, flags.yes, terminal);
      const why = { reason: flags.reason, author: authorOf(flags, terminal) };
      await withEngine(flags, terminal, (engine) => engine.reputation.reset(whose, why));
      const forgiven = whose === undefined ? "everybody" : Object.keys(whose)[0];
      print(terminal, flags.json, { forgiven }, ({ green }) => `${green("forgiven")} ${forgiven}\n`);
    });
  return reputation;
}

/** Options that name one identity. */
function withWhose(command: Command): Command {
  return command
    .option("--user <user>", "a user")
    .option("--tenant <tenant>", "a tenant")
    .option("--ip <ip>", "an address")
    .option("--api-key <key>", "an API key; - reads it from what comes in");
}

/** The one that is named; undefined where nobody is. */
async function whoseOf(flags: WhoseFlags, terminal: Terminal): Promise<Identity | undefined> {
  const { user, tenant, ip } = flags;
  const apiKey = flags.apiKey === "-" ? (await terminal.read?.())?.trim() : flags.apiKey;
  const named = Object.entries({ user, tenant, ip, apiKey }).filter(([, value]) => value !== undefined);
  if (named.length > 1) throw wrong("exactly one of --user, --tenant, --ip and --api-key");
  return named.length === 0 ? undefined : (Object.fromEntries(named) as Identity);
}

function rowsOf({ violations, bonus, rate }: Reputation): (readonly [string, string])[] {
  return [
    ["violations", violations.toFixed(1)],
    ["bonus", `${Math.round(bonus * 100)} %`],
    ["rate", `${Math.round(rate * 100)} % of the policies' (by the thresholds an engine has by default)`],
  ];
}
