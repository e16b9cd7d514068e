import { isSluiceError, sleep } from "@sluice/core";
import { type FleetSight, redisFleet, type RedisFleet } from "@sluice/limiter-redis";
import { Command, InvalidArgumentError } from "commander";
import { createColors } from "picocolors";
import { printable } from "../output/printable.js";
import { type ConnectionFlags, connectionOf, numberIn, readCount, withConnection } from "../shared/options.js";
import { toJson } from "../shared/print.js";
import { clockOf, type Terminal } from "../terminal.js";
import { byPressure, frame, usedOf } from "./frame.js";

interface TopFlags extends ConnectionFlags {
  readonly interval: number;
  readonly count?: number;
  readonly most: number;
}

/** `sluice top`: the fleet, live. */
export function topCommand(terminal: Terminal): Command {
  const command = new Command("top").description(
    "Watch buckets by pressure, waiters, grants, 429s and breakers, until q or Ctrl+C.",
  );
  return withConnection(command)
    .option("--interval <seconds>", "between two looks, 0.2 to 60", readInterval, 1)
    .option("--count <number>", "so many looks; without a screen and --json just one", readCount)
    .option("--most <number>", "most buckets that are read", readCount, 500)
    .addHelpText("after", "\nWith --json it prints a line for each look.")
    .action((flags: TopFlags) => top(flags, terminal));
}

/** Enters and leaves the second screen of a terminal, without a cursor; writes from its upper left corner, and wipes what is left over. */
const ENTER = "\u001B[?1049h\u001B[?25l";
const LEAVE = "\u001B[?25h\u001B[?1049l";
const HOME = "\u001B[H";
const WIPE_LINE = "\u001B[K";
const WIPE_REST = "\u001B[J";

/** Steps of the scan in a look. A single one goes further, though not for ever. */
const STEPS = 4;
const STEPS_AT_ONCE = 200;

async function top(flags: TopFlags, terminal: Terminal): Promise<void> {
  const { json = false } = flags;
  const screen = json ? undefined : terminal.screen;
  const looks = flags.count ?? (screen === undefined && !json ? 1 : Number.POSITIVE_INFINITY);
  const quit = new AbortController();
  const over = AbortSignal.any([terminal.stop, quit.signal]);
  const fleet = redisFleet(connectionOf(flags, terminal));
  const options = { most: flags.most, steps: looks === 1 ? STEPS_AT_ONCE : STEPS };
  const stopKeys = screen === undefined ? undefined : terminal.keys?.((key) => leaves.has(key) && quit.abort());
  // Seen before anything is drawn over: what Redis has to say about a wrong URL stays on the usual screen.
  try {
    let sight = await fleet.look(options);
    if (screen !== undefined) terminal.out(ENTER);
    try {
      for (let look = 1; ; look += 1) {
        terminal.out(json ? toJson(jsonOf(sight)) : shown(sight, screen, terminal));
        if (look >= looks || over.aborted) return;
        await sleep(flags.interval * 1000, over, clockOf(terminal)).catch(() => {});
        if (over.aborted) return;
        sight = (await again(fleet, options, screen, terminal)) ?? sight;
      }
    } finally {
      if (screen !== undefined) terminal.out(LEAVE);
    }
  } finally {
    stopKeys?.();
    await fleet.close();
  }
}

/** Q, Escape, and Ctrl+C, which a terminal that hands over each key no longer turns into a signal. */
const leaves: ReadonlySet<string> = new Set(["q", "Q", "\u001B", "\u0003"]);

/** A store that is away for a while does not end a live table: it says so and goes on looking. */
async function again(
  fleet: RedisFleet,
  options: { readonly most: number; readonly steps: number },
  screen: Terminal["screen"],
  { out, hasColors }: Terminal,
): Promise<FleetSight | undefined> {
  try {
    return await fleet.look(options);
  } catch (error) {
    if (screen === undefined || !isSluiceError(error) || error.code !== "STORE_UNAVAILABLE") throw error;
    out(`${HOME}${createColors(hasColors).red(printable(error.message))}${WIPE_LINE}`);
    return undefined;
  }
}

function shown(sight: FleetSight, screen: Terminal["screen"], { hasColors }: Terminal): string {
  if (screen === undefined) return frame(sight, { columns: 120, rows: 1000 }, hasColors);
  const { columns, rows } = screen();
  const lines = frame(sight, { columns: columns || 80, rows: (rows || 24) - 1 }, hasColors);
  return `${HOME}${lines.replaceAll("\n", `${WIPE_LINE}\n`)}${WIPE_REST}`;
}

function jsonOf({ atMs, processes, scopes, buckets, breakers, scanned }: FleetSight): unknown {
  return {
    atMs,
    processes: processes.map(({ name, summary }) => ({ name, quiet: summary === undefined })),
    scopes,
    // By pressure; what is not known is absent.
    buckets: byPressure(buckets).map((bucket) => ({
      ...bucket,
      used: usedOf(bucket) < 0 ? undefined : usedOf(bucket),
    })),
    breakers,
    scanned,
  };
}

function readInterval(text: string): number {
  const seconds = numberIn(text);
  if (seconds === undefined || !(seconds >= 0.2 && seconds <= 60))
    throw new InvalidArgumentError(`It must be seconds from 0.2 to 60, got ${text}.`);
  return seconds;
}
