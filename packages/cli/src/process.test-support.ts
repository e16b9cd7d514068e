import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { userInfo } from "node:os";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { runProgram } from "./program.js";

/** The built program. */
export const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));

/** A run of the program as a process. */
export interface Started {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  /** Exit code, once it has ended and all it wrote was read. */
  readonly ended: Promise<number | null>;
}

/** What a run came to. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Starts the program, or another one, without colours. */
export function start(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
  [program, ...before]: readonly [string, ...string[]] = [process.execPath, main],
): Started {
  const plain = { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, REDIS_URL: undefined };
  const child = spawn(program, [...before, ...args], { env: { ...plain, ...env } });
  onTestFinished(() => void child.kill("SIGKILL"));
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const ended = once(child, "close").then(([code]) => code as number | null);
  return { child, out: () => out, err: () => err, ended };
}

/** Runs the program to its end, with nobody at the keyboard. */
export async function runProcess(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
  input = "",
): Promise<Ended> {
  const started = start(args, env);
  started.child.stdin?.end(input);
  const code = await started.ended;
  return { code, out: started.out(), err: started.err() };
}

/** Runs a command line to its end in this process, with nobody at the keyboard: much faster, and enough where the process is not what is tested. */
export async function runHere(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
  input = "",
): Promise<Ended> {
  let out = "";
  let err = "";
  const code = await runProgram(args, {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    isWatched: false,
    hasColors: false,
    stop: new AbortController().signal,
    read: async () => input,
    user: userInfo().username,
    env,
  });
  return { code, out, err };
}

/** What it printed, as JSON. */
export function jsonOf({ out }: Pick<Ended, "out">): Record<string, unknown> {
  return JSON.parse(out) as Record<string, unknown>;
}
