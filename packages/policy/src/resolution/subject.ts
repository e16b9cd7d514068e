import type { NormalPolicy, Subject } from "../policies/policy.js";
import type { Facts } from "./facts.js";
import type { SubjectPart } from "./resolution.js";

/**
 * Whose bucket an identity takes from under a policy; undefined where somebody the policy counts by is not known.
 *
 * @param role - the one by which the policy matched; otherwise the first in the alphabet counts, so that the same roles always share a bucket.
 */
export function subjectOf(
  { per }: Pick<NormalPolicy, "per">,
  facts: Facts,
  role: string | undefined = facts.roles[0],
): readonly SubjectPart[] | undefined {
  const parts: SubjectPart[] = [];
  for (const subject of per) {
    const part = partOf(subject, facts, role);
    if (part === undefined) return undefined;
    parts.push(Object.freeze(part));
  }
  return Object.freeze(parts);
}

function partOf(subject: Subject, facts: Facts, role: string | undefined): SubjectPart | undefined {
  if (subject === "caller") {
    return partOf("user", facts, role) ?? partOf("apiKey", facts, role) ?? partOf("ip", facts, role);
  }
  const value = subject === "role" ? role : readers[subject](facts);
  return value === undefined ? undefined : { kind: subject, value };
}

const readers = {
  user: ({ user }: Facts) => user,
  tenant: ({ tenant }: Facts) => tenant,
  ip: ({ ip }: Facts) => ip?.text,
  apiKey: ({ apiKey }: Facts) => apiKey?.digest,
  endpoint: ({ endpoint }: Facts) => endpoint?.text,
};
