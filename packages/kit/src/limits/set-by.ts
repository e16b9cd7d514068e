import type { Environment } from "../options/api-options.js";
import type { SetBy } from "./explanation.js";

/** The shipped figures. */
export const byDefault: SetBy = Object.freeze({ by: "default", name: null, value: null });

/** A quota function of the user's own. */
export const byOwnQuota: SetBy = Object.freeze({ by: "quota", name: "quota", value: null });

/**
 * Who set a figure that is an option or one of some variables; undefined when nobody did. Options beat the environment, and an empty variable
 * counts as absent.
 */
export function setBy(
  option: string,
  value: unknown,
  variables: readonly string[],
  env: Environment,
): SetBy | undefined {
  if (value !== undefined) return { by: "option", name: option, value: shortValue(value) };
  const variable = variables.find((name) => (env[name] ?? "") !== "");
  return variable === undefined ? undefined : { by: "environment", name: variable, value: env[variable] ?? null };
}

/** The same for a choice among published tiers. */
export function tierSetBy(
  option: string,
  value: unknown,
  variables: readonly string[],
  env: Environment,
): SetBy | undefined {
  const found = setBy(option, value, variables, env);
  return found === undefined ? undefined : { ...found, by: "tier" };
}

function shortValue(value: unknown): string | number | null {
  return typeof value === "string" || typeof value === "number" ? value : null;
}
