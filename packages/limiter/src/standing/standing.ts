/** How conduct changes what somebody gets. */
export interface StandingRules {
  /** In rising order: from so many violations on, rates are this part of themselves. At most 16. */
  readonly steps: readonly StandingStep[];
  /** How long after the last violation all are forgiven; evenly, a little at a time. Unit: milliseconds. */
  readonly recoveryMs: number;
  /** What good conduct earns at most, as a part of the rate: reached after `recoveryMs` without a violation. */
  readonly maxBonus: number;
  /** Standings of another generation count as new: to forgive everybody at once. Letters, digits and `-`. */
  readonly generation: string;
}

/** A threshold. */
export interface StandingStep {
  readonly violations: number;
  /** Above 0, to 1. */
  readonly rate: number;
}

/** Whose conduct counts in a question, and for which of its charges. */
export interface StandingRequest {
  /** Name within the scope; encoded before it reaches the store. */
  readonly subject: string;
  readonly rules: StandingRules;
  /** Violations that a refusal counts as; 0 for none. */
  readonly penalty: number;
  readonly charges: readonly StandingCharge[];
}

/** A charge that follows a standing. */
export interface StandingCharge {
  /** Index among the charges of the question. */
  readonly index: number;
  /** Part of the size that is a burst above the limit. */
  readonly burst: number;
  /** Whether the burst is only there in good standing, whole or not at all; otherwise it shrinks with the rest. */
  readonly elastic: boolean;
}

/** A standing as it was after a question. */
export interface StandingSight {
  readonly violations: number;
  /** Part of the rate that was earned. */
  readonly bonus: number;
  /** What rates were multiplied by, the bonus included. */
  readonly rate: number;
}

/** Conduct as it is kept. Instants are microseconds of the store's clock. */
export interface StandingState {
  readonly generation: string;
  /** The bonus grows from here on. */
  readonly sinceUs: number;
  /** As many as there were at `atUs`. */
  readonly violations: number;
  readonly atUs: number;
}

/** No more are remembered, so that a step can always be climbed down again. */
const MOST_VIOLATIONS = 1e6;

/** What a standing is worth now. The steps are those of lua/includes/standing.lua. */
export function standingAt(state: StandingState | undefined, rules: StandingRules, nowUs: number): StandingSight {
  const known = state?.generation === rules.generation ? state : undefined;
  const violations = violationsAt(known, rules, nowUs);
  let rate = 1;
  // Begun ones count whole: a step is left when a violation of it has been forgiven, not at once after it was reached.
  for (const step of rules.steps) if (Math.ceil(violations) >= step.violations) rate = step.rate;
  const good = known === undefined ? 0 : (nowUs - known.sinceUs) / (rules.recoveryMs * 1000);
  const bonus = rate < 1 ? 0 : rules.maxBonus * Math.min(1, Math.max(0, good));
  return { violations, bonus, rate: rate * (1 + bonus) };
}

/** Conduct after a call; the very state where nothing worth writing has changed. */
export function standingAfter(
  state: StandingState | undefined,
  rules: StandingRules,
  penalty: number,
  nowUs: number,
): StandingState {
  const known = state?.generation === rules.generation ? state : undefined;
  const { generation, recoveryMs } = rules;
  if (penalty > 0) {
    const violations = Math.min(MOST_VIOLATIONS, violationsAt(known, rules, nowUs) + penalty);
    return { generation, sinceUs: nowUs + recoveryMs * 1000, violations, atUs: nowUs };
  }
  if (known === undefined) return { generation, sinceUs: nowUs, violations: 0, atUs: nowUs };
  // Kept alive by use, now and then: it is forgotten when nobody calls for the time of a recovery.
  if (nowUs - known.atUs < (recoveryMs * 1000) / REFRESHES) return known;
  return { ...known, violations: violationsAt(known, rules, nowUs), atUs: nowUs };
}

/** Writings of a standing that only lives on, within the time of a recovery. */
const REFRESHES = 8;

function violationsAt(state: StandingState | undefined, { recoveryMs }: StandingRules, nowUs: number): number {
  if (state === undefined || state.violations === 0) return 0;
  const endUs = Math.max(state.sinceUs, state.atUs + 1);
  const left = (endUs - nowUs) / (endUs - state.atUs);
  return recoveryMs === 0 ? 0 : state.violations * Math.min(1, Math.max(0, left));
}
