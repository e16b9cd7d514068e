import { ec2Actions, ec2ResourceIntensive, ec2Resources, specialLimits } from "./generated/limits.js";
import type { PublishedLimit } from "./published-limit.js";
import { chargeOf, lengthOfList, type Rule, type RuleTools } from "./rule.js";

type Input = Readonly<Record<string, unknown>>;

/** Every EC2 action has a bucket of its own, of a size that its category tells; starting and stopping instances costs by their number too. */
export function ec2Rule({ limitOf }: RuleTools): Rule {
  return (action, { input, region }) => {
    const unfiltered = isUnfiltered(action, input);
    const size = unfiltered ? specialLimits.ec2Unfiltered : sizeOf(action);
    const own = chargeOf(`EC2.${action}${unfiltered ? ":unfiltered" : ""}`, limitOf(size, region));
    const resource = ec2Resources[action];
    if (resource === undefined) return [own];
    return [own, chargeOf(`EC2.${action}:instances`, limitOf(resource, region), instancesIn(input))];
  };
}

function sizeOf(action: string): PublishedLimit {
  const own = ec2Actions[action];
  if (own !== undefined) return own;
  if (ec2ResourceIntensive.actions.includes(action)) return ec2ResourceIntensive;
  return /^(?:Describe|List|Search|Get)/.test(action) ? specialLimits.ec2NonMutating : specialLimits.ec2Mutating;
}

/** Some lists have a smaller bucket when asked for everything at once. */
function isUnfiltered(action: string, input: Input): boolean {
  if (!specialLimits.ec2Unfiltered.actions.some((listed) => listed === action)) return false;
  return lengthOfList(input["Filters"]) === 0 && input["MaxResults"] === undefined && input["NextToken"] === undefined;
}

function instancesIn(input: Input): number {
  const most = input["MaxCount"];
  return Math.max(1, typeof most === "number" ? Math.ceil(most) : lengthOfList(input["InstanceIds"]));
}
