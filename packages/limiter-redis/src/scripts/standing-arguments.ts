import type { StandingRequest, StandingRules, StandingSight } from "@sluice/limiter";

/** Adds the number of standings and six arguments for each, see lua/includes/standing.lua. */
export function pushStandings(args: string[], standings: readonly StandingRequest[]): void {
  args.push(String(standings.length));
  for (const { rules, penalty, charges } of standings) {
    const following = charges.map(({ index, burst, elastic }) => `${index}:${burst}:${elastic ? 1 : 0}`).join(",");
    args.push(...standingRules(rules), String(penalty), following);
  }
}

/** Rules are the same object with every question, and writing numbers out takes its time. */
const written = new WeakMap<StandingRules, readonly string[]>();

/** The first four of the arguments. */
export function standingRules(rules: StandingRules): readonly string[] {
  const before = written.get(rules);
  if (before !== undefined) return before;
  const { recoveryMs, steps, maxBonus, generation } = rules;
  const climbed = steps.map(({ violations, rate }) => `${violations}:${rate}`).join(",");
  const own = [String(recoveryMs * 1000), climbed, String(maxBonus), generation];
  written.set(rules, own);
  return own;
}

/** Reads what a script says of a standing. */
export function readStanding(text: unknown): StandingSight {
  const [violations = 0, bonus = 0, rate = 1] = String(text).split("|").map(Number);
  return { violations, bonus, rate };
}

/** Adds the seven arguments of conduct that a group of short questions has in common, see lua/take.lua. */
export function pushConduct(args: string[], { rules, penalty, charges }: StandingRequest): void {
  const [charge] = charges;
  for (const rule of standingRules(rules)) args.push(rule);
  args.push(String(penalty), String(charge?.burst ?? 0), charge?.elastic === true ? "1" : "0");
}

/** Figures of a standing in a short answer, see lua/take.lua. */
export const CONDUCT_FIGURES = 3;

/** Reads them. */
export function readConduct(
  violations: number,
  bonus: number,
  step: number,
  { steps }: Pick<StandingRules, "steps">,
): StandingSight {
  const earned = bonus / 1e15;
  return { violations: violations / 1000, bonus: earned, rate: (steps[step - 1]?.rate ?? 1) * (1 + earned) };
}
