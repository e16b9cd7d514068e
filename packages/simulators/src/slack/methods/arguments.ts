import { MethodError } from "./method-error.js";

/** The arguments of one call, whatever form they came in: form fields are text, JSON bodies hold real values. */
export interface Arguments {
  /** The argument as text; undefined if it was not given. */
  text(name: string): string | undefined;
  /**
   * The argument as text that is not empty.
   *
   * @throws MethodError with `code` if it is missing; by default `invalid_arguments`, naming the field
   */
  required(name: string, code?: string): string;
  /** Whether the argument is `true` or `1`; `fallback` if it was not given. */
  flag(name: string, fallback?: boolean): boolean;
  /** The argument as a list, written as JSON or separated by commas; undefined if it was not given. */
  list(name: string): readonly string[] | undefined;
  /** The argument as a value, parsed if it came as JSON text; undefined if it was not given. */
  value(name: string): unknown;
  /** All arguments but the token, as they came. */
  all(): Readonly<Record<string, unknown>>;
}

/** Reads arguments from the decoded body and query. */
export function readArguments(raw: ReadonlyMap<string, unknown>): Arguments {
  const text = (name: string): string | undefined => {
    const given = raw.get(name);
    if (given === undefined || given === null || given instanceof Uint8Array) return undefined;
    return typeof given === "string" ? given : JSON.stringify(given);
  };
  return {
    text,
    required(name, code) {
      const given = text(name);
      if (given !== undefined && given !== "") return given;
      if (code !== undefined) throw new MethodError(code);
      const messages = [`[ERROR] missing required field: ${name}`];
      throw new MethodError("invalid_arguments", { response_metadata: { messages } });
    },
    flag(name, fallback = false) {
      const given = text(name);
      return given === undefined ? fallback : given === "true" || given === "1";
    },
    list(name) {
      const given = parsed(raw.get(name));
      if (given === undefined || given === null) return undefined;
      const items = Array.isArray(given) ? given.map(String) : String(given).split(",");
      return items.map((item) => item.trim()).filter((item) => item !== "");
    },
    value: (name) => parsed(raw.get(name)),
    all: () => Object.fromEntries([...raw].filter(([name]) => name !== "token")),
  };
}

function parsed(given: unknown): unknown {
  if (typeof given !== "string" || !/^\s*[[{]/.test(given)) return given;
  try {
    return JSON.parse(given);
  } catch {
    return given;
  }
}
