/** Option checks: each returns the value given, or throws a `RangeError` naming option, accepted range and value. */

export function positive(option: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value;
  throw new RangeError(`${option} must be a number > 0, got ${String(value)}`);
}

export function notNegative(option: string, value: number): number {
  if (Number.isFinite(value) && value >= 0) return value;
  throw new RangeError(`${option} must be a number >= 0, got ${String(value)}`);
}

export function wholeAtLeast(option: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new RangeError(`${option} must be a whole number >= ${least}, got ${String(value)}`);
}

/** A part of a whole, above 0 and at most 1. */
export function share(option: string, value: number): number {
  if (value > 0 && value <= 1) return value;
  throw new RangeError(`${option} must be a number > 0 and <= 1, got ${String(value)}`);
}

export function oneOf<Choice extends string>(option: string, value: Choice, choices: readonly Choice[]): Choice {
  if (choices.includes(value)) return value;
  throw new RangeError(`${option} must be one of ${choices.join(", ")}, got ${String(value)}`);
}

/** The error for a value of any kind: texts as JSON, so that they stay on one line, and objects by what they are. */
export function outOfRange(option: string, accepted: string, value: unknown): RangeError {
  return new RangeError(`${option} must be ${accepted}, got ${shown(value)}`);
}

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value);
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
