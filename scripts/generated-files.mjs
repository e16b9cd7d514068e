// What the generators share: files are written only when they change, and with --check only compared.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** The generators' arguments: `--check`, and `--root` for a tree other than this repository. */
export function readArguments() {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false }, root: { type: "string" } } });
  return { check: values.check, root: resolve(values.root ?? fileURLToPath(new URL("..", import.meta.url))) };
}

/** A file's text with LF at the line ends, or undefined when there is none. */
export function readText(path) {
  return existsSync(path) ? readFileSync(path, "utf8").replaceAll("\r\n", "\n") : undefined;
}

/** Writes a text and the folders above it. */
export function writeText(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Something in the sources that a person must correct: shown without a stack. */
export class SourceError extends Error {}

/** Runs a generator; complaints go to stderr and end the process with 1. */
export function runGenerator(generate) {
  try {
    const complaints = generate(readArguments());
    for (const complaint of complaints) console.error(complaint);
    if (complaints.length > 0) process.exitCode = 1;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
