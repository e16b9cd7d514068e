import type { Mode, StandingRules } from "@sluice/limiter";
import { limitsUnder } from "../overrides/limits-under.js";
import type { Override } from "../overrides/override.js";
import type { Overrides } from "../overrides/overrides.js";
import type { Identity } from "../policies/policy.js";
import type { Resolution } from "../resolution/resolution.js";
import type { Advances } from "./advances.js";
import type { Plan } from "./case.js";
import { type Held, holdAll, impossibleIn, questionOf } from "./judge.js";
import { Recent } from "./recent.js";

/** What plans are made from, besides policies. */
export interface PlanSurroundings {
  readonly overrides: Pick<Overrides, "of" | "size">;
  /** By conduct; undefined where it changes nothing. */
  readonly rules: () => StandingRules | undefined;
  readonly advances: Advances;
}

/** Says what is to be asked about an identity, from the policies that apply to it. */
export type Planner = (identity: Identity, applied: Resolution, mode: Mode, cost: number) => Plan;

/** As many plans as resolutions that are remembered. */
const MOST_PLANS = 10_000;

/** Plans are kept for who was here lately and has no override. */
export function createPlanner({ overrides, rules: rulesNow, advances }: PlanSurroundings): Planner {
  const plans = new Recent<Resolution, Plan>(MOST_PLANS);
  return (identity, applied, mode, cost) => {
    const rules = rulesNow();
    const plain =
      overrides.size === 0 || applied.every(({ policy }) => overrides.of(identity, policy.name) === undefined);
    if (plain) {
      const known = plans.get(applied);
      if (known !== undefined && known.mode === mode && known.rules === rules && known.cost === cost) return known;
    }
    let override: Override | undefined;
    const enforced: Held[] = [];
    const looking: Held[] = [];
    for (const one of holdAll(applied, mode)) {
      const own = plain ? undefined : overrides.of(identity, one.policy.name);
      override ??= own;
      const limits = own === undefined ? one.limits : limitsUnder(own, one.policy);
      if (limits === undefined) continue;
      (one.enforced ? enforced : looking).push(own === undefined ? one : { ...one, limits, apart: apartFor(own) });
    }
    const question = enforced.length === 0 ? undefined : questionOf(enforced, cost, rules);
    const never = question === undefined ? undefined : impossibleIn(question);
    const ahead = plain && looking.length === 0 && never === undefined && question !== undefined;
    const advance = ahead ? advances.of(question) : undefined;
    const names = [...enforced, ...looking].map(({ policy }) => policy.name);
    const plan = { mode, rules, cost, enforced, looking, override, question, never, names, advance };
    if (plain) plans.set(applied, plan);
    return plan;
  };
}

/** More is granted from buckets of its own, less from those there are. */
function apartFor({ id, multiply }: Override): string {
  return multiply !== undefined && multiply <= 1 ? "" : `!${id}`;
}
