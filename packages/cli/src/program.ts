import { isSluiceError } from "@sluice/core";
import { Command, CommanderError } from "commander";
import { auditCommand } from "./audit/command.js";
import { breakerCommand } from "./breaker/command.js";
import { completionCommand } from "./completion/command.js";
import { dashboardCommand } from "./dashboard/command.js";
import { demoCommand } from "./demo/command.js";
import { doctorCommand } from "./doctor/command.js";
import { emergencyCommand } from "./emergency/command.js";
import { Ending, exitCodes } from "./exit-codes.js";
import { limitsCommand } from "./limits/command.js";
import { metricsCommand } from "./metrics/command.js";
import { printable } from "./output/printable.js";
import { overridesCommand } from "./overrides/command.js";
import { reputationCommand } from "./reputation/command.js";
import { resetCommand } from "./reset/command.js";
import { simulateCommand } from "./simulate/command.js";
import { inWords } from "./shared/in-words.js";
import { collect } from "./shared/options.js";
import { readWindow } from "./shared/window.js";
import type { Terminal } from "./terminal.js";
import { topCommand } from "./top/command.js";
import { ownVersion } from "./version.js";

/**
 * Runs a command line, without the name of the program in front.
 *
 * @returns what the process should end with, one of `exitCodes`. Never rejects.
 * @public
 */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<number> {
  const program = programOf(terminal);
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCodes.ok;
  } catch (error) {
    // Help and version end the run too, but they are what was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const message = inWords(error);
    if (message !== "") terminal.err(`error: ${printable(message)}\n`);
    if (error instanceof Ending) return error.exitCode;
    const usage = error instanceof RangeError || (isSluiceError(error) && error.code === "CONFIG_INVALID");
    return usage ? exitCodes.usage : exitCodes.failed;
  }
}

function programOf(terminal: Terminal): Command {
  const program = new Command("sluice")
    .description("Shared rate limits for fleets that call vendors' APIs.")
    .version(ownVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .addHelpText(
      "after",
      `\nExit codes: ${exitCodes.ok} done, ${exitCodes.failed} could not be done, ${exitCodes.usage} wrong command line, ${exitCodes.no} the answer is no, ${exitCodes.unconfirmed} not confirmed.`,
    );
  for (const make of [
    limitsCommand,
    overridesCommand,
    breakerCommand,
    emergencyCommand,
    reputationCommand,
    auditCommand,
    metricsCommand,
    topCommand,
    dashboardCommand,
    resetCommand,
    doctorCommand,
    demoCommand,
    simulateCommand,
  ])
    program.addCommand(make(terminal));
  program.addCommand(completionCommand(program, terminal));
  speakThrough(program, terminal);
  return program;
}

/** Neither a command nor one under it ends the process or writes past the terminal. */
function speakThrough(command: Command, terminal: Terminal): void {
  command
    .exitOverride()
    .helpOption("-h, --help", "print this help")
    .configureOutput({
      writeOut: terminal.out,
      writeErr: terminal.err,
      // It quotes what was typed.
      outputError: (text, write) => write(`${quoted(text)}\n`),
    });
  takeOnce(command);
  for (const own of command.commands) speakThrough(own, terminal);
}

/** Printable, but for the line break that comes before what may have been meant. */
function quoted(text: string): string {
  const [, complaint = text, meant = ""] = /^(.*?)(\n\(Did you mean [\w\s,-]*\?\))?\n$/s.exec(text) ?? [];
  return printable(complaint) + meant;
}

/** Refuses the second value of an option that takes one: the first would be dropped without a word. */
function takeOnce(command: Command): void {
  for (const option of command.options) {
    if (!option.required || manyFold.has(option.parseArg)) continue;
    let isGiven = false;
    command.on(`option:${option.name()}`, () => {
      if (isGiven) command.error(`error: option '${option.flags}' may be given only once`);
      isGiven = true;
    });
  }
}

/** What reads options that may be given again. */
const manyFold: ReadonlySet<unknown> = new Set([collect, readWindow]);
