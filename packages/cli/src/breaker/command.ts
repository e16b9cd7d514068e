import type { FleetBreaker } from "@sluice/limiter-redis";
import type { ForcedBreaker } from "@sluice/policy";
import { Command } from "commander";
import { no } from "../exit-codes.js";
import { printable } from "../output/printable.js";
import { paint, table } from "../output/table.js";
import { duration, instant, readDuration } from "../output/time.js";
import { confirm } from "../shared/confirm.js";
import { authorOf, type ConnectionFlags, withConnection, type WhyFlags, withWhy, withYes } from "../shared/options.js";
import { type Colors, print } from "../shared/print.js";
import { withEngine, withFleet } from "../shared/with-engine.js";
import type { Terminal } from "../terminal.js";

interface ForceFlags extends ConnectionFlags, WhyFlags {
  readonly for: number;
  readonly yes?: boolean;
}

/** A breaker, as it stands and as it is held. */
interface Row {
  readonly name: string;
  readonly state: FleetBreaker["state"] | undefined;
  readonly leftMs: number | undefined;
  readonly reason: string | undefined;
  readonly held: ForcedBreaker | undefined;
}

/** `sluice breaker`: circuit breakers, as they stand and by hand. */
export function breakerCommand(terminal: Terminal): Command {
  const breaker = new Command("breaker").description("Circuit breakers: list, open, close, reset.");

  withConnection(
    breaker.command("list").description("List breakers in Redis, and those that are held by hand."),
  ).action(async (flags: ConnectionFlags) => {
    const [sight, held] = await Promise.all([
      withFleet(flags, terminal, (fleet) => fleet.look({ steps: 100_000 })),
      withEngine(flags, terminal, (engine) => engine.breakers.list()),
    ]);
    const breakers = rowsOf(sight.breakers, held);
    print(terminal, flags.json, { breakers }, (colors) =>
      breakers.length === 0 ? "No breakers have counted anything.\n" : tableOf(breakers, sight.atMs, colors),
    );
  });

  for (const [verb, state] of [
    ["open", "open"],
    ["close", "closed"],
  ] as const) {
    const command = breaker
      .command(`${verb} <name>`)
      .description(`Hold a breaker ${state}, everywhere; those obey that an engine governs.`);
    withYes(withWhy(withConnection(command)))
      .requiredOption("--for <time>", "how long, 1s to 7d", readDuration)
      .action(async (name: string, flags: ForceFlags) => {
        const meant = state === "open" ? "refuses every call" : "lets every call through, failing or not,";
        await confirm(`Breaker ${name} ${meant} for ${duration(flags.for)}`, flags.yes, terminal);
        const options = { forMs: flags.for, reason: flags.reason, author: authorOf(flags, terminal) };
        const held = await withEngine(flags, terminal, (engine) => engine.breakers.force(name, state, options));
        const text = ({ green }: Colors): string =>
          `${green(`held ${state}`)} ${printable(name)} until ${instant(held.untilMs)} UTC\n`;
        print(terminal, flags.json, { breaker: held }, text);
      });
  }

  withWhy(withConnection(breaker.command("reset <name>").description("Let a breaker decide by itself again."))).action(
    async (name: string, flags: ConnectionFlags & WhyFlags) => {
      const why = { reason: flags.reason, author: authorOf(flags, terminal) };
      const released = await withEngine(flags, terminal, (engine) => engine.breakers.release(name, why));
      if (!released) throw no(`breaker ${name} is not held`);
      print(terminal, flags.json, { released: name }, ({ green }) => `${green("released")} ${printable(name)}\n`);
    },
  );
  return breaker;
}

function rowsOf(breakers: readonly FleetBreaker[], held: readonly ForcedBreaker[]): readonly Row[] {
  const names = new Set([...breakers, ...held].map(({ name }) => name));
  return [...names].toSorted().map((name) => {
    const stands = breakers.find((one) => one.name === name);
    return {
      name,
      state: stands?.state,
      leftMs: stands?.leftMs,
      reason: stands?.reason,
      held: held.find((one) => one.name === name),
    };
  });
}

function tableOf(rows: readonly Row[], nowMs: number, colors: Colors): string {
  return table(
    ["breaker", "state", "for", "because", "held by hand"],
    rows.map(({ name, state, leftMs = 0, reason = "", held }) => [
      name,
      state === undefined ? "not seen" : paint(stateColor(state, colors), state),
      leftMs > 0 ? duration(leftMs) : "",
      reason,
      held === undefined ? "" : `${held.state} for ${duration(held.untilMs - nowMs)} by ${held.author}: ${held.reason}`,
    ]),
  );
}

/** The colour of a breaker's state. */
function stateColor(state: FleetBreaker["state"], { green, yellow, red }: Colors): (text: string) => string {
  return state === "closed" ? green : state === "half-open" ? yellow : red;
}
