import { createFakeClock, type FakeClock } from "@sluice/core/testing";
import { runProgram } from "./program.js";
import type { Terminal } from "./terminal.js";

/** A run of the program in this process. */
export interface Run {
  readonly clock: FakeClock;
  /** What it wrote so far. */
  out(): string;
  err(): string;
  /** Ends it, as Ctrl+C would. */
  stop(): void;
  /** What the process would end with. */
  readonly exitCode: Promise<number>;
}

/** Runs a command line, with words behind it that may have blanks in them. */
export function run(line: string, more: Partial<Terminal> = {}, words: readonly string[] = []): Run {
  const written = { out: "", err: "" };
  const controller = new AbortController();
  const clock = createFakeClock();
  const exitCode = runProgram([...line.split(" ").filter(Boolean), ...words], {
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    isWatched: false,
    hasColors: false,
    stop: controller.signal,
    clock,
    ...more,
  });
  return { clock, out: () => written.out, err: () => written.err, stop: () => controller.abort(), exitCode };
}

/** The address in what a run printed, as soon as it is there. */
export async function urlOf({ out, exitCode }: Run): Promise<string> {
  let ended = false;
  void exitCode.then(() => (ended = true));
  for (;;) {
    const [url] = /http:\/\/127\.0\.0\.1:\d+[^\s"]*/.exec(out()) ?? [];
    if (url !== undefined) return url;
    if (ended) throw new Error("the run ended before it printed an address");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
