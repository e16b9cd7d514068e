import { ConfigError } from "@sluice/core";
import { nearNames } from "./near-names.js";

const MOST_NEAR = 3;

/** A name among those known: itself, else the one that differs in upper and lower case alone. */
export function findName(name: string, names: readonly string[]): string | undefined {
  if (names.includes(name)) return name;
  const lower = name.toLowerCase();
  const alike = names.filter((one) => one.toLowerCase() === lower);
  return alike.length === 1 ? alike[0] : undefined;
}

/** @throws ConfigError for anything but a text that is not empty. */
export function checkOperation(operation: unknown): string {
  if (typeof operation === "string" && operation.trim() !== "") return operation.trim();
  throw new ConfigError({ option: "operation", accepted: "the name of an operation", value: operation });
}

/** What is said of a name that nobody knows. */
export function unknownOperation(operation: string, provider: string, names: readonly string[]): ConfigError {
  const near = nearNames(operation, names, MOST_NEAR);
  return new ConfigError({
    option: "operation",
    accepted: `an operation of ${provider}${names.length === 0 ? "" : `, such as ${(near.length > 0 ? near : names.slice(0, MOST_NEAR)).join(", ")}`}`,
    value: operation,
    ...(near.length === 0 ? {} : { hint: `Did you mean ${near[0]}?` }),
  });
}
