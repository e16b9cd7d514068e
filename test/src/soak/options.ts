import { parseArgs } from "node:util";

/** What the command line asks for. */
export interface SoakArguments {
  readonly minutes: number;
  readonly seed: number;
  readonly processes: number;
  /** Where results are written as JSON, if anywhere. */
  readonly out: string | undefined;
}

/** @throws RangeError naming the option, its range and the value. */
export function parseSoakArguments(words: readonly string[], randomSeed: () => number): SoakArguments {
  const { values } = parseArgs({
    args: [...words],
    options: {
      minutes: { type: "string", default: "10" },
      seed: { type: "string" },
      processes: { type: "string", default: "4" },
      out: { type: "string" },
    },
  });
  return {
    minutes: number("minutes", values.minutes, 0.5, 24 * 60),
    seed: values.seed === undefined ? randomSeed() : whole("seed", values.seed, 0, 2 ** 31 - 1),
    processes: whole("processes", values.processes, 1, 64),
    out: values.out,
  };
}

function number(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= least && value <= most) return value;
  throw new RangeError(`--${name} must be a number from ${least} to ${most}, got ${text}`);
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = number(name, text, least, most);
  if (Number.isInteger(value)) return value;
  throw new RangeError(`--${name} must be a whole number, got ${text}`);
}
