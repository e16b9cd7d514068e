import { between, ConfigError, nonEmpty, oneOf } from "@sluice/core";
import type { NormalPolicy } from "../policies/policy.js";
import { checkSubject, policyName } from "./check-subject.js";
import { checkGrantedWindows } from "./granted-windows.js";
import type { Override, OverrideCeiling, OverrideDraft } from "./override.js";

/** Against what a draft is checked. */
export interface OverrideBounds {
  readonly ceiling: Required<OverrideCeiling>;
  /** The store's clock. Unit: milliseconds since the Unix epoch. */
  readonly nowMs: number;
  /** Policies that are known; names of others are taken on trust where none are. */
  readonly policies?: readonly Pick<NormalPolicy, "name" | "windows" | "algorithm" | "burstStrategy" | "cost">[];
}

const fields = new Set([
  "subject",
  "kind",
  "policies",
  "windows",
  "multiply",
  "unlimited",
  "until",
  "reason",
  "author",
]);
const MOST_POLICIES = 100;
const LEAST_FACTOR = 0.001;

/**
 * The override that a draft asks for, without its id.
 *
 * @throws ConfigError naming the field that is missing, unknown, or beyond the ceiling.
 */
export function checkOverride(draft: OverrideDraft, bounds: OverrideBounds): Omit<Override, "id"> {
  if (typeof draft !== "object" || draft === null)
    throw new ConfigError({ option: "override", accepted: "an object", value: draft });
  for (const field of Object.keys(draft))
    if (!fields.has(field))
      throw new ConfigError({ option: field, accepted: "absent", value: Reflect.get(draft, field), hint: known });
  const { ceiling, nowMs } = bounds;
  const [subjectKind, value] = checkSubject(draft.subject);
  const kind = oneOf("kind", draft.kind, ["allow", "emergency", "grant"]);
  const unlimited = checkMeans(draft);
  const policies = checkPolicyNames(draft, subjectKind === "policy" ? value : undefined, bounds);
  const reason = nonEmpty("reason", draft.reason, 500);
  if (reason.trim().length < 3)
    throw new ConfigError({ option: "reason", accepted: "3 to 500 characters", value: reason });
  return {
    subject: { [subjectKind]: value },
    kind,
    policies,
    windows: draft.windows === undefined ? undefined : checkGrantedWindows(draft.windows, policies, bounds),
    multiply:
      draft.multiply === undefined
        ? undefined
        : between("multiply", draft.multiply, LEAST_FACTOR, ceiling.maxLimitFactor),
    unlimited,
    untilMs: checkEnd(draft.until, nowMs, unlimited ? "maxUnlimitedMs" : "maxDurationMs", ceiling),
    reason,
    author: nonEmpty("author", draft.author, 200),
    grantedMs: Math.floor(nowMs),
    factor: ceiling.maxLimitFactor,
  };
}

const known = `Known fields: ${[...fields].join(", ")}`;

/** Whether there is no limit at all; a grant says by exactly one field what holds, the others by none. */
function checkMeans({ kind, windows, multiply, unlimited }: OverrideDraft): boolean {
  if (unlimited !== undefined && unlimited !== true)
    throw new ConfigError({ option: "unlimited", accepted: "true, or absent", value: unlimited });
  const means = Object.entries({ windows, multiply, unlimited }).filter(([, value]) => value !== undefined);
  const names = means.map(([name]) => name).join(", ");
  if (kind !== "grant") {
    const [first] = means;
    if (first !== undefined && first[0] !== "unlimited")
      throw new ConfigError({ option: first[0], accepted: `absent for ${kind}, which has no limit`, value: first[1] });
    return true;
  }
  if (means.length !== 1)
    throw new ConfigError({
      option: "grant",
      accepted: "made of exactly one of windows, multiply and unlimited",
      value: names,
    });
  return unlimited === true;
}

function checkPolicyNames(
  { policies }: OverrideDraft,
  subject: string | undefined,
  { policies: all }: OverrideBounds,
): readonly string[] | undefined {
  if (subject !== undefined && policies !== undefined)
    throw new ConfigError({ option: "policies", accepted: "absent, as the subject names the policy", value: policies });
  const names = subject === undefined ? policies : subject === "*" ? undefined : [subject];
  if (names === undefined) return undefined;
  if (!Array.isArray(names) || names.length === 0 || names.length > MOST_POLICIES)
    throw new ConfigError({ option: "policies", accepted: `a list of 1 to ${MOST_POLICIES} names`, value: names });
  return names.map((name: unknown, index) => {
    const option = subject === undefined ? `policies[${index}]` : "subject.policy";
    const isKnown = all === undefined || all.length === 0 || all.some((policy) => policy.name === name);
    if (typeof name !== "string" || !policyName.test(name) || !isKnown)
      throw new ConfigError({ option, accepted: "the name of a policy", value: name });
    return name;
  });
}

function checkEnd(
  until: Date | number,
  nowMs: number,
  which: "maxDurationMs" | "maxUnlimitedMs",
  ceiling: Required<OverrideCeiling>,
): number {
  const untilMs: unknown = until instanceof Date ? until.getTime() : until;
  const most = Math.min(ceiling[which], ceiling.maxDurationMs);
  if (typeof untilMs === "number" && untilMs > nowMs && untilMs - nowMs <= most) return Math.floor(untilMs);
  const accepted = `a time from now to ${Math.round(most)} ms from now (${which})`;
  throw new ConfigError({ option: "until", accepted, value: typeof untilMs === "number" ? isoOf(untilMs) : until });
}

function isoOf(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms);
}
