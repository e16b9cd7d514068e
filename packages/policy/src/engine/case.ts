import type { Mode, StandingRules } from "@sluice/limiter";
import type { Override } from "../overrides/override.js";
import type { Identity } from "../policies/policy.js";
import type { Advance } from "./advance.js";
import type { Held, Question } from "./judge.js";

/** The policies that hold, and what they take. The same for all requests that resolve alike, so it is made once. */
export interface Plan {
  readonly mode: Mode;
  readonly rules: StandingRules | undefined;
  readonly cost: number;
  readonly enforced: readonly Held[];
  readonly looking: readonly Held[];
  readonly override: Override | undefined;
  /** Of the enforced ones; undefined where there is none. */
  readonly question: Question | undefined;
  /** Index of the charge that can never be paid. */
  readonly never: number | undefined;
  readonly names: readonly string[];
  /** Where units may be taken along for the next who come. */
  readonly advance: Advance | undefined;
}

/** A request. */
export interface Case extends Plan {
  readonly identity: Identity;
  readonly peek: boolean;
}

export const none: readonly string[] = [];

/** A request while nothing is asked. */
export const switchedOff: Omit<Case, "identity"> = {
  mode: "disabled",
  rules: undefined,
  cost: 1,
  enforced: [],
  looking: [],
  override: undefined,
  question: undefined,
  never: undefined,
  names: none,
  advance: undefined,
  peek: true,
};

// Field by field: with a spread, making one takes as long as all the rest of a decision.
export function caseOf(plan: Plan, identity: Identity, peek: boolean): Case {
  const { mode, rules, cost, enforced, looking, override, question, never, names, advance } = plan;
  return { mode, rules, cost, enforced, looking, override, question, never, names, advance, identity, peek };
}
