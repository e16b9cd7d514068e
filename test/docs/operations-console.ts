import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runProgram } from "../../packages/cli/src/index.js";

/** Pages of docs/operations. */
export const operationsPages = [
  "redis",
  "sentinel-and-cluster",
  "rights",
  "runbooks",
  "emergency-procedures",
  "staged-roll-out",
] as const;

/** Where a page stands. */
export function pageFile(name: (typeof operationsPages)[number]): string {
  return fileURLToPath(new URL(`../../docs/operations/${name}.md`, import.meta.url));
}

/** The text of a page. */
export function pageText(name: (typeof operationsPages)[number]): string {
  return readFileSync(pageFile(name), "utf8");
}

/** The words of a command line, without the program's name; double quotes hold words together. */
export function wordsOf(line: string): readonly string[] {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
  return words[0] === "sluice" ? words.slice(1) : words;
}

/**
 * Runs a command line in this process with nobody at the keyboard; what it prints, errors included, and its exit code. What it reads, or is
 * told to read by `--file`, lies in the folder.
 */
export async function runLine(
  line: string,
  { env = {}, folder = "" }: { readonly env?: Readonly<Record<string, string>>; readonly folder?: string } = {},
): Promise<{ readonly shown: string; readonly code: number }> {
  let shown = "";
  const write = (text: string): void => void (shown += text);
  const [command = "", input = ""] = line.replace("--file ", `--file ${folder}/`).split(" < ");
  const code = await runProgram(wordsOf(command), {
    out: write,
    err: write,
    isWatched: false,
    hasColors: false,
    stop: new AbortController().signal,
    read: () => readFile(join(folder, input), "utf8"),
    user: "ops",
    env,
  });
  return { shown, code };
}
