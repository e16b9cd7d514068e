import { oneLine } from "./one-line.js";
import { SluiceError } from "./sluice-error.js";

/** What was wrong with a setting. */
export interface ConfigProblem {
  /** Name of the option, argument or environment variable. */
  readonly option: string;
  /** What would have been accepted, in words. */
  readonly accepted: string;
  /** What was given. Never pass a secret. */
  readonly value: unknown;
  /** What to do, where it is not obvious. */
  readonly hint?: string;
}

/** A setting outside its range; thrown before anything is sent or stored. Code `CONFIG_INVALID`. */
export class ConfigError extends SluiceError<"CONFIG_INVALID"> {
  readonly option: string;
  readonly accepted: string;
  /** What was given. An object is not shown with the error, for a secret may lie in it. */
  readonly value: unknown;

  constructor(problem: ConfigProblem) {
    const hint = problem.hint === undefined ? "" : `. ${problem.hint}`;
    super("CONFIG_INVALID", `${problem.option} must be ${problem.accepted}, got ${show(problem.value)}${hint}`);
    this.option = problem.option;
    this.accepted = problem.accepted;
    this.value = problem.value;
    if (!isPlain(problem.value)) Object.defineProperty(this, "value", { enumerable: false });
  }
}

const LONGEST_SHOWN = 120;

/** One short printable line for any value: control and bidirectional characters escaped, long texts cut. */
export function show(value: unknown): string {
  return oneLine(typeof value === "string" ? JSON.stringify(value) : describe(value), LONGEST_SHOWN);
}

function isPlain(value: unknown): boolean {
  return value === null || (typeof value !== "object" && typeof value !== "function");
}

function describe(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value === "function") return "a function";
  return String(value);
}
