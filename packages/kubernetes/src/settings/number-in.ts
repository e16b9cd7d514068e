import { ConfigError } from "@sluice/core";
import type { Environment } from "@sluice/kit";

/**
 * The number in a variable; an empty one counts as absent.
 *
 * @throws ConfigError naming the variable when there is something else in it.
 */
export function numberIn(env: Environment, variable: string): number | undefined {
  const text = env[variable]?.trim();
  if (text === undefined || text === "") return undefined;
  // Number("0x10") is 16 and Number("1e9") a billion: neither is what anybody meant.
  if (/^\d{1,15}(?:\.\d{1,15})?$/.test(text)) return Number(text);
  throw new ConfigError({ option: variable, accepted: "a number in decimal digits", value: text });
}
