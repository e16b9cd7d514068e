#!/usr/bin/env node
import process from "node:process";
import pc from "picocolors";
import { runProgram } from "./program.js";

const stop = new AbortController();
// Once each: who asks a second time does not want to wait for a table.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());

process.exitCode = await runProgram(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isWatched: process.stderr.isTTY,
  hasColors: pc.isColorSupported,
  stop: stop.signal,
});
