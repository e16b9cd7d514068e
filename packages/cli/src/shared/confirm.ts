import { Ending, exitCodes } from "../exit-codes.js";
import { printable } from "../output/printable.js";
import type { Terminal } from "../terminal.js";

/**
 * Goes on when it is meant.
 *
 * @param what - what will happen, as a sentence without a full stop.
 * @throws Ending when nobody says yes: nothing was changed then.
 */
export async function confirm(what: string, yes: boolean | undefined, terminal: Terminal): Promise<void> {
  if (yes === true) return;
  const sentence = printable(what);
  if (terminal.ask === undefined)
    throw new Ending(`${sentence}. Nobody can be asked here: say --yes if that is meant`, exitCodes.unconfirmed);
  const answer = await terminal.ask(`${sentence}. Type yes to go on: `);
  if (answer.trim().toLowerCase() !== "yes")
    throw new Ending("not confirmed, nothing was changed", exitCodes.unconfirmed);
}
