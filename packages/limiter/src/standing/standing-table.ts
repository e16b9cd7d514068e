import type { TakeRequest } from "../store/store.js";
import { scaleLimit } from "./scale-limit.js";
import { standingAfter, standingAt, type StandingRules, type StandingSight, type StandingState } from "./standing.js";

/** Most that are remembered; the one that has not changed for longest makes room. */
const MOST_KNOWN = 100_000;

/** The standings of a memory store. */
export class StandingTable {
  readonly #known = new Map<string, StandingState>();

  see(scope: string, subject: string, rules: StandingRules, nowUs: number): StandingSight {
    return standingAt(this.#alive(scope, subject, rules, nowUs), rules, nowUs);
  }

  /** The charges of a question at the rates that those who ask deserve. */
  scaled({ scope, charges, standings = [] }: TakeRequest, nowUs: number): TakeRequest["charges"] {
    if (standings.length === 0) return charges;
    const own = [...charges];
    for (const { subject, rules, charges: following } of standings) {
      const { rate } = this.see(scope, subject, rules, nowUs);
      for (const { index, ...how } of following) {
        const charge = charges[index];
        if (charge !== undefined) own[index] = { ...charge, limit: scaleLimit(charge.limit, rate, charge.cost, how) };
      }
    }
    return own;
  }

  /** Takes note of an answer, refused by one of the charges or not, and says how all stand then. */
  after(
    { scope, standings = [], peek }: TakeRequest,
    refusedBy: number | undefined,
    nowUs: number,
  ): readonly StandingSight[] {
    return standings.map(({ subject, rules, penalty, charges }) => {
      const refused = refusedBy !== undefined && charges.some(({ index }) => index === refusedBy);
      const before = this.#alive(scope, subject, rules, nowUs);
      const sight = standingAt(before, rules, nowUs);
      if (peek) return sight;
      const state = standingAfter(before, rules, refused ? penalty : 0, nowUs);
      if (state === before) return sight;
      this.#keep(nameOf(scope, subject), state);
      return { ...sight, violations: state.violations };
    });
  }

  forget(scope: string, subject: string): void {
    this.#known.delete(nameOf(scope, subject));
  }

  clear(): void {
    this.#known.clear();
  }

  #alive(scope: string, subject: string, { recoveryMs }: StandingRules, nowUs: number): StandingState | undefined {
    const state = this.#known.get(nameOf(scope, subject));
    return state === undefined || nowUs - state.atUs >= recoveryMs * 1000 ? undefined : state;
  }

  #keep(name: string, state: StandingState): void {
    this.#known.delete(name);
    this.#known.set(name, state);
    if (this.#known.size <= MOST_KNOWN) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      return;
    }
  }
}

function nameOf(scope: string, subject: string): string {
  return `${scope.length}:${scope}${subject}`;
}
