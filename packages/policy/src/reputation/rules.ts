import { between, ConfigError } from "@sluice/core";
import type { StandingRules, StandingSight, StandingStep } from "@sluice/limiter";
import type { Reputation } from "../engine/decision.js";

/** How conduct changes rates. */
export interface ReputationOptions {
  /**
   * From so many violations on, rates are lowered by this part. In rising order, at most 16.
   *
   * @defaultValue 50 % from 10 violations on, 75 % from 25, 90 % from 50
   */
  readonly thresholds?: readonly ReputationThreshold[];
  /** How long after the last violation all are forgiven, evenly. Unit: milliseconds. Range: 1000 to 31 days. @defaultValue 24 hours */
  readonly recoveryMs?: number;
  /** What good conduct earns at most, as a part of the rate, after `recoveryMs` without a violation. Range: 0 to 1. @defaultValue 0.1 */
  readonly maxBonus?: number;
}

/** A threshold. */
export interface ReputationThreshold {
  /** A refusal is one violation, times the policy's `penalty`. Range: above 0 to 1e6. */
  readonly violations: number;
  /** Part of the rate that is lost. Range: 0 to 0.99. */
  readonly reduceBy: number;
}

const DAY_MS = 86_400_000;
const usual: readonly ReputationThreshold[] = [
  { violations: 10, reduceBy: 0.5 },
  { violations: 25, reduceBy: 0.75 },
  { violations: 50, reduceBy: 0.9 },
];

/**
 * The options as a store takes them, without the generation.
 *
 * @throws ConfigError naming the option that is out of range.
 */
export function resolveReputation(options: ReputationOptions): Omit<StandingRules, "generation"> {
  const thresholds = options.thresholds ?? usual;
  if (!Array.isArray(thresholds) || thresholds.length > 16)
    throw new ConfigError({ option: "reputation.thresholds", accepted: "a list of at most 16", value: thresholds });
  const steps = thresholds.map(({ violations, reduceBy }: ReputationThreshold, index): StandingStep => {
    const name = `reputation.thresholds[${index}]`;
    const lost = between(`${name}.reduceBy`, reduceBy, 0, 0.99);
    return { violations: between(`${name}.violations`, violations, 0.001, 1e6), rate: Number((1 - lost).toFixed(9)) };
  });
  for (const [index, { violations }] of steps.entries()) {
    if (index > 0 && violations <= (steps[index - 1]?.violations ?? 0))
      throw new ConfigError({
        option: `reputation.thresholds[${index}].violations`,
        accepted: "more than that of the threshold before",
        value: violations,
      });
  }
  return {
    steps,
    recoveryMs: Math.round(between("reputation.recoveryMs", options.recoveryMs ?? DAY_MS, 1000, 31 * DAY_MS)),
    maxBonus: between("reputation.maxBonus", options.maxBonus ?? 0.1, 0, 1),
  };
}

/** A standing with its score. */
export function reputationOf(sight: StandingSight, { steps }: Pick<StandingRules, "steps">): Reputation {
  const { violations, bonus, rate } = sight;
  const worst = steps.at(-1)?.violations ?? 1;
  // Field by field, since this is made with each decision.
  return { violations, bonus, rate, score: Math.round(100 * Math.max(0, 1 - violations / worst)) };
}
