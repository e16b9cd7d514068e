import { ConfigError } from "@sluice/core";
import { normalPolicy } from "./check-policy.js";
import { checkSchema } from "./check-schema.js";
import { plainCopy } from "./plain-copy.js";
import type { NormalPolicy, Policy } from "./policy.js";

/**
 * Checks policies that may have come from anywhere, JSON included, and fills in what was left out. At most 10000, all of different names.
 *
 * @param option - how the list is called in errors. @defaultValue `"policies"`
 * @returns frozen copies in the same order.
 * @throws ConfigError naming the field, what it may be, and what it is.
 */
export function checkPolicies(policies: readonly Policy[], option: string = "policies"): readonly NormalPolicy[] {
  const copy = plainCopy(policies, option);
  checkSchema("policies", copy, option);
  return normalPolicies(copy as readonly Policy[], option);
}

/** Policies that fit the schema: what a schema cannot say is checked here. */
export function normalPolicies(policies: readonly Policy[], option: string): readonly NormalPolicy[] {
  const seen = new Map<string, number>();
  for (const [index, { name }] of policies.entries()) {
    const before = seen.get(name);
    if (before !== undefined) {
      const accepted = `a name of its own (${option}[${before}] has the same)`;
      throw new ConfigError({ option: `${option}[${index}].name`, accepted, value: name });
    }
    seen.set(name, index);
  }
  return Object.freeze(policies.map((policy, index) => normalPolicy(policy, `${option}[${index}]`)));
}
