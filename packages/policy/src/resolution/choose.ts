import { type NormalPolicy, scopes } from "../policies/policy.js";
import type { Applied, Resolution } from "./resolution.js";

/** A policy that matches, with how narrowly. */
export interface Candidate extends Applied {
  readonly specificity: number;
}

/** Which of the matching policies hold. */
export function choose(candidates: readonly Candidate[]): Resolution {
  const sorted = candidates.toSorted(compare);
  const alone = sorted.filter(({ policy }) => !policy.together);
  const decides = alone.find(({ policy }) => policy.mode === "enforce");
  // Looking on must change nothing: a policy in shadow takes nobody's place, and is shown beside the one that it would replace.
  const lookingOn = alone[0]?.policy.mode === "shadow" ? alone[0] : undefined;
  return ordered(sorted.filter((one) => one.policy.together || one === decides || one === lookingOn));
}

/** All of them, in the order of a resolution. */
export function chooseAll(candidates: readonly Candidate[]): Resolution {
  return ordered(candidates.toSorted(compare));
}

function ordered(candidates: readonly Candidate[]): Resolution {
  const enforced = candidates.filter(({ policy }) => policy.mode === "enforce");
  const others = candidates.filter(({ policy }) => policy.mode !== "enforce");
  return Object.freeze([...enforced, ...others].map(({ policy, subject }) => Object.freeze({ policy, subject })));
}

function compare(a: Candidate, b: Candidate): number {
  return (
    rankOf(a.policy) - rankOf(b.policy) ||
    b.policy.priority - a.policy.priority ||
    b.specificity - a.specificity ||
    // By code unit: the same everywhere, whatever the locale.
    (a.policy.name < b.policy.name ? -1 : 1)
  );
}

function rankOf({ scope }: NormalPolicy): number {
  return scopes.indexOf(scope);
}
