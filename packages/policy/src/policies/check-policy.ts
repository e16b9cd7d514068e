import { ConfigError } from "@sluice/core";
import { checkSchema } from "./check-schema.js";
import { checkValues } from "./check-values.js";
import { checkWindows } from "./check-windows.js";
import { plainCopy } from "./plain-copy.js";
import type { NormalExceptions, NormalPolicy, Policy, Scope, Subject, ValueScope } from "./policy.js";

/**
 * Checks a policy that may have come from anywhere, JSON included, and fills in what was left out.
 *
 * @param option - how it is called in errors. @defaultValue `"policy"`
 * @returns a frozen copy.
 * @throws ConfigError naming the field, what it may be, and what it is.
 */
export function checkPolicy(policy: Policy, option: string = "policy"): NormalPolicy {
  const copy = plainCopy(policy, option);
  checkSchema("policy", copy, option);
  return normalPolicy(copy as Policy, option);
}

/** A policy that fits the schema: what a schema cannot say is checked here. */
export function normalPolicy(policy: Policy, option: string): NormalPolicy {
  const { algorithm = "tokenBucket", burstStrategy = "fixed", cost = 1 } = policy;
  const per = Object.freeze([policy.per ?? usualSubject[policy.scope]].flat());
  return Object.freeze({
    name: policy.name,
    description: policy.description ?? "",
    scope: policy.scope,
    values: valuesOf(policy, `${option}.values`),
    except: exceptionsOf(policy, `${option}.except`),
    per,
    windows: checkWindows(option, policy.windows, { algorithm, burstStrategy, cost }),
    algorithm,
    burstStrategy,
    strategy: policy.strategy ?? "reject",
    mode: policy.enabled === false ? "disabled" : (policy.mode ?? "enforce"),
    // Minus zero would be written as it is not read.
    priority: (policy.priority ?? 0) + 0,
    together: policy.together ?? false,
    cost,
    reputation: reputationOf(policy, per, `${option}.reputation`),
  });
}

function valuesOf({ scope, values }: Policy, option: string): readonly string[] | undefined {
  if (values === undefined) return undefined;
  if (scope !== "global") return checkValues(option, scope, values);
  throw new ConfigError({ option, accepted: 'absent for the scope "global"', value: values });
}

function exceptionsOf({ except }: Policy, option: string): NormalExceptions | undefined {
  if (except === undefined) return undefined;
  const lists = Object.entries(except).map(([scope, values]) => {
    return [scope, checkValues(`${option}.${scope}`, scope as ValueScope, values)] as const;
  });
  return Object.freeze(Object.fromEntries(lists));
}

function reputationOf({ reputation }: Policy, per: readonly Subject[], option: string): NormalPolicy["reputation"] {
  const [only, another] = per;
  // One of many who share a bucket must not be able to spoil it for all.
  const usual = only !== undefined && another === undefined && only !== "endpoint" && only !== "role";
  const chosen = reputation ?? usual;
  if (chosen === false) return undefined;
  if (only === undefined) {
    throw new ConfigError({ option, accepted: "false where one bucket is for all (per is [])", value: reputation });
  }
  return Object.freeze({ penalty: chosen === true ? 1 : (chosen.penalty ?? 1) + 0 });
}

const usualSubject: Readonly<Record<Scope, Subject | readonly Subject[]>> = {
  endpoint: "caller",
  user: "user",
  role: "caller",
  tenant: "tenant",
  ip: "ip",
  apiKey: "apiKey",
  global: [],
};
