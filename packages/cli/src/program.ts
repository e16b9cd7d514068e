import { Command, CommanderError } from "commander";
import { simulateCommand } from "./simulate/command.js";
import type { Terminal } from "./terminal.js";
import { ownVersion } from "./version.js";

/** What the process ends with. @public */
export const exitCodes = {
  /** All went well; ended by the user too. */
  ok: 0,
  /** It could not be done: a port is taken, for example. */
  failed: 1,
  /** The command line makes no sense. */
  usage: 2,
} as const;

/**
 * Runs a command line, without the name of the program in front.
 *
 * @returns what the process should end with, one of `exitCodes`. Never rejects.
 * @public
 */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<number> {
  const program = new Command("sluice")
    .description("Shared rate limits for fleets that call vendors' APIs.")
    .version(ownVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .addHelpText(
      "after",
      `\nExit codes: ${exitCodes.ok} done, ${exitCodes.failed} could not be done, ${exitCodes.usage} wrong command line.`,
    );
  program.addCommand(simulateCommand(terminal));
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ writeOut: terminal.out, writeErr: terminal.err });
  }
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCodes.ok;
  } catch (error) {
    // Help and version end the run too, but they are what was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    terminal.err(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof RangeError ? exitCodes.usage : exitCodes.failed;
  }
}
