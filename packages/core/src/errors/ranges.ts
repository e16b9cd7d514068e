import { ConfigError } from "./config-error.js";

/** A finite number above 0, or a ConfigError naming the option. */
export function positive(option: string, value: unknown): number {
  return between(option, value, Number.MIN_VALUE, Number.MAX_VALUE, "a finite number > 0");
}

/** A finite number from 0, or a ConfigError naming the option. */
export function nonNegative(option: string, value: unknown): number {
  return between(option, value, 0, Number.MAX_VALUE, "a finite number >= 0");
}

/** A number inside the range, both ends included. */
export function between(
  option: string,
  value: unknown,
  least: number,
  most: number,
  accepted = `a number from ${least} to ${most}`,
): number {
  // A number type check first: comparing NaN is always false, and "5" would compare as 5.
  if (typeof value === "number" && value >= least && value <= most && !Object.is(value, -0)) return value;
  throw new ConfigError({ option, accepted, value });
}

/** A whole number inside the range, both ends included. */
export function wholeBetween(option: string, value: unknown, least: number, most: number): number {
  const accepted = `a whole number from ${least} to ${most}`;
  const number = between(option, value, least, most, accepted);
  if (Number.isInteger(number)) return number;
  throw new ConfigError({ option, accepted, value });
}

/** An object, such as the options of a factory, which a program without types may have left out. */
export function anObject<Value extends object>(option: string, value: Value, accepted = "an object"): Value {
  if (typeof value === "object" && value !== null) return value;
  // A text in the place of options is most likely a token.
  throw new ConfigError({ option, accepted, value: typeof value === "string" ? "a text that is not shown" : value });
}

/** An object with no other options than these: a misspelt one would be a limit that nobody keeps. */
export function knownOptions<Value extends object>(
  option: string,
  value: Value,
  known: readonly (keyof Value & string)[],
  accepted = "an object of options",
): Value {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new ConfigError({ option, accepted, value });
  const names: readonly string[] = known;
  for (const [name, own] of Object.entries(value))
    if (!names.includes(name) && own !== undefined)
      throw new ConfigError({
        option: `${option}.${name}`,
        accepted: `left out, for the options of ${option} are ${known.join(", ")}`,
        value: own,
      });
  return value;
}

/** A text with something in it. */
export function nonEmpty(option: string, value: unknown, most = 1024): string {
  if (typeof value === "string" && value.trim() !== "" && value.length <= most) return value;
  throw new ConfigError({ option, accepted: `a text of 1 to ${most} characters`, value });
}

/** One of the listed texts. */
export function oneOf<Choice extends string>(option: string, value: unknown, choices: readonly Choice[]): Choice {
  if (choices.includes(value as Choice)) return value as Choice;
  throw new ConfigError({ option, accepted: choices.map((choice) => JSON.stringify(choice)).join(" or "), value });
}
