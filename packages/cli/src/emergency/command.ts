import type { EmergencyState } from "@sluice/policy";
import { Command } from "commander";
import { no } from "../exit-codes.js";
import { facts, paint } from "../output/table.js";
import { duration, instant, readDuration } from "../output/time.js";
import { confirm } from "../shared/confirm.js";
import { authorOf, type ConnectionFlags, withConnection, type WhyFlags, withWhy, withYes } from "../shared/options.js";
import { type Colors, print } from "../shared/print.js";
import { withEngine } from "../shared/with-engine.js";
import type { Terminal } from "../terminal.js";

interface BeginFlags extends ConnectionFlags, WhyFlags {
  readonly for: number;
  readonly yes?: boolean;
}

/** `sluice emergency`: one switch for all policies. */
export function emergencyCommand(terminal: Terminal): Command {
  const emergency = new Command("emergency").description("One switch for all policies: status, disable, shadow, end.");

  withConnection(emergency.command("status").description("Say whether all policies are switched off.")).action(
    async (flags: ConnectionFlags) => {
      const [state, mode] = await withEngine(
        flags,
        terminal,
        async (engine) => [await engine.emergency.status(), engine.mode] as const,
      );
      print(terminal, flags.json, { emergency: state ?? null, mode }, (colors) => statusText(state, mode, colors));
    },
  );

  for (const kind of ["disable", "shadow"] as const) {
    const meant = kind === "disable" ? "No policy is asked" : "Policies refuse nobody";
    const command = emergency.command(kind).description(`${meant} until the end, everywhere.`);
    withYes(withWhy(withConnection(command)))
      .requiredOption("--for <time>", "how long, 1s to 7d", readDuration)
      .action(async (flags: BeginFlags) => {
        await confirm(`${meant} under engine ${flags.name} for ${duration(flags.for)}`, flags.yes, terminal);
        const options = { forMs: flags.for, reason: flags.reason, author: authorOf(flags, terminal) };
        const state = await withEngine(flags, terminal, (engine) => engine.emergency[kind](options));
        const text = ({ yellow }: Colors): string => `${yellow(kind)} until ${instant(state.untilMs)} UTC\n`;
        print(terminal, flags.json, { emergency: state }, text);
      });
  }

  withWhy(withConnection(emergency.command("end").description("End it early: policies hold again."))).action(
    async (flags: ConnectionFlags & WhyFlags) => {
      const why = { reason: flags.reason, author: authorOf(flags, terminal) };
      const ended = await withEngine(flags, terminal, (engine) => engine.emergency.end(why));
      if (!ended) throw no("there is no emergency");
      print(terminal, flags.json, { ended: true }, ({ green }) => `${green("ended")}, policies hold again\n`);
    },
  );
  return emergency;
}

function statusText(state: EmergencyState | undefined, mode: string, { green, red, yellow }: Colors): string {
  if (state === undefined) {
    const plain = mode === "enforce" ? paint(green, mode) : paint(yellow, mode);
    return facts([
      ["emergency", "none"],
      ["mode", plain],
    ]);
  }
  return facts([
    ["emergency", paint(state.kind === "disable" ? red : yellow, state.kind)],
    ["until", `${instant(state.untilMs)} UTC`],
    ["by", state.author],
    ["reason", state.reason],
  ]);
}
