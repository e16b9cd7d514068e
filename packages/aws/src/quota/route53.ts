import { route53ChangeCosts, specialLimits } from "./generated/limits.js";
import { chargeOf, type Rule, type RuleTools } from "./rule.js";
import { publishedCharges } from "./published.js";

/** Route 53 counts each request in the bucket of its action and in that of the account, and changes of records by their number. */
export function route53Rule(tools: RuleTools): Rule {
  const published = publishedCharges("Route53", tools);
  return (action, request, call) => {
    const listed = published(action, request, call) ?? [];
    const own = listed.some(({ bucket }) => bucket === `Route53.${action}`)
      ? []
      : [chargeOf(`Route53.${action}`, tools.limitOf(specialLimits.route53Action, undefined))];
    const cost = changesIn(action, request.input);
    const changes =
      cost === 0 ? [] : [chargeOf("Route53.changes", tools.limitOf(specialLimits.route53Changes, undefined), cost)];
    return [...own, ...listed, ...changes];
  };
}

function changesIn(action: string, input: Readonly<Record<string, unknown>>): number {
  if (action !== "ChangeResourceRecordSets") return route53ChangeCosts[action] ?? 0;
  const { Changes: changes } = (input["ChangeBatch"] ?? {}) as { readonly Changes?: unknown };
  if (!Array.isArray(changes)) return 1;
  const costOf = (change: unknown): number =>
    route53ChangeCosts[`${action} ${String((change as { readonly Action?: unknown } | null)?.Action)}`] ?? 1;
  return changes.reduce((sum: number, change) => sum + costOf(change), 0);
}
