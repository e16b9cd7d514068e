#!/usr/bin/env node
import { userInfo } from "node:os";
import process from "node:process";
import { createInterface } from "node:readline/promises";
import { text } from "node:stream/consumers";
import pc from "picocolors";
import { exitCodes } from "./exit-codes.js";
import { printable } from "./output/printable.js";
import { runProgram } from "./program.js";
import type { Terminal } from "./terminal.js";

const stop = new AbortController();
// Once each: who asks a second time does not want to wait for a table.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());

// What the libraries warn of is for people too, without the trace that Node prints with it.
process.removeAllListeners("warning");
process.on("warning", ({ message }) => void process.stderr.write(`warning: ${printable(message)}\n`));

// Whoever reads a pipe may leave early, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  process.stderr.write(`error: cannot write: ${printable(error.code ?? error.message)}\n`);
  process.exit(exitCodes.failed);
});

const { stdin, stdout, stderr } = process;

process.exitCode = await runProgram(process.argv.slice(2), {
  out: (words) => void stdout.write(words),
  err: (words) => void stderr.write(words),
  isWatched: stderr.isTTY,
  // Some take a pipe for a screen that can show colours when they find themselves in CI.
  hasColors: pc.isColorSupported && (stdout.isTTY || process.env["FORCE_COLOR"] !== undefined),
  stop: stop.signal,
  env: process.env,
  user: userName(),
  read: () => text(stdin),
  ...(stdout.isTTY ? { screen: () => ({ columns: stdout.columns, rows: stdout.rows }) } : {}),
  ...(stdin.isTTY ? { ask, keys } : {}),
});

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    return await lines.question(question, { signal: stop.signal });
  } catch {
    return "";
  } finally {
    lines.close();
  }
}

function keys(listener: Parameters<NonNullable<Terminal["keys"]>>[0]): () => void {
  const heard = (key: string): void => listener(key);
  stdin.setRawMode(true).setEncoding("utf8").resume().on("data", heard);
  return () => void stdin.off("data", heard).setRawMode(false).pause();
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without a name, as in some containers.
    return process.env["USER"] ?? "cli";
  }
}
