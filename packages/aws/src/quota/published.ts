import { awsLimits } from "./generated/limits.js";
import type { PublishedLimit } from "./published-limit.js";
import { chargeOf, type Rule, type RuleTools } from "./rule.js";

/** The rule of a service whose limits are told by the action alone. */
export function publishedCharges(service: string, { limitOf }: RuleTools): Rule {
  const byAction = new Map<string, readonly PublishedLimit[]>();
  const limits = awsLimits[service] ?? [];
  const everywhere = limits.filter(({ actions }) => actions.includes("*"));
  for (const action of limits.flatMap(({ actions }) => actions)) {
    const own = limits.filter(({ actions }) => actions.includes(action));
    // What is an action's own alone comes first: a refusal is about that.
    byAction.set(
      action,
      own.toSorted((one, other) => one.actions.length - other.actions.length),
    );
  }
  return (action, { region }) => {
    const found = [...(byAction.get(action) ?? []), ...everywhere];
    if (found.length === 0) return undefined;
    return found.map((limit) => chargeOf(`${service}.${limit.bucket}`, limitOf(limit, region)));
  };
}
