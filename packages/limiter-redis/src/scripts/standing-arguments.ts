import type { StandingRequest, StandingRules, StandingSight } from "@sluice/limiter";

/** Adds the number of standings and six arguments for each, see lua/includes/standing.lua. */
export function pushStandings(args: string[], standings: readonly StandingRequest[]): void {
  args.push(String(standings.length));
  for (const { rules, penalty, charges } of standings) {
    const following = charges.map(({ index, burst, elastic }) => `${index}:${burst}:${elastic ? 1 : 0}`).join(",");
    args.push(...standingRules(rules), String(penalty), following);
  }
}

/** The first four of the arguments. */
export function standingRules({ recoveryMs, steps, maxBonus, generation }: StandingRules): string[] {
  const climbed = steps.map(({ violations, rate }) => `${violations}:${rate}`).join(",");
  return [String(recoveryMs * 1000), climbed, String(maxBonus), generation];
}

/** Reads what a script says of a standing. */
export function readStanding(text: unknown): StandingSight {
  const [violations = 0, bonus = 0, rate = 1] = String(text).split("|").map(Number);
  return { violations, bonus, rate };
}
