import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { standingAfter, standingAt, type StandingRules, type StandingState } from "./standing.js";

const second = 1_000_000;
const rules: StandingRules = {
  steps: [
    { violations: 2, rate: 0.5 },
    { violations: 4, rate: 0.1 },
  ],
  recoveryMs: 100_000,
  maxBonus: 0.2,
  generation: "1",
};
const bad = (violations: number, sinceUs = 100 * second): StandingState => ({
  generation: "1",
  sinceUs,
  violations,
  atUs: 0,
});

describe("what a standing is worth", () => {
  it("is the whole rate for one nobody knows", () => {
    expect(standingAt(undefined, rules, 5 * second)).toEqual({ violations: 0, bonus: 0, rate: 1 });
  });

  it("is the whole rate for one of another generation", () => {
    expect(standingAt({ ...bad(4), generation: "0" }, rules, 0)).toEqual({ violations: 0, bonus: 0, rate: 1 });
  });

  it.each([
    [1, 1],
    [2, 0.5],
    [3, 0.5],
    [4, 0.1],
    [400, 0.1],
  ])("after %d violations is the rate of the highest step reached: %d", (violations, rate) => {
    expect(standingAt(bad(violations), rules, 0)).toEqual({ violations, bonus: 0, rate });
  });

  it("keeps a step until a whole violation of it has been forgiven", () => {
    expect(standingAt(bad(4), rules, second)).toEqual({ violations: 3.96, bonus: 0, rate: 0.1 });
    expect(standingAt(bad(4), rules, 25 * second)).toEqual({ violations: 3, bonus: 0, rate: 0.5 });
  });

  it("forgives evenly until the end of the recovery, and then all", () => {
    expect(standingAt(bad(10), rules, 50 * second).violations).toBe(5);
    expect(standingAt(bad(10), rules, 100 * second).violations).toBe(0);
    expect(standingAt(bad(10), rules, 500 * second).violations).toBe(0);
  });

  it("does not grow where the clock is behind the last violation", () => {
    expect(standingAt({ ...bad(3, 110 * second), atUs: 10 * second }, rules, 0).violations).toBe(3);
  });

  it("forgives at once where the end of the recovery is not after the violation", () => {
    const odd = { ...bad(3, 5 * second), atUs: 10 * second };
    expect(standingAt(odd, rules, 10 * second).violations).toBe(3);
    expect(standingAt(odd, rules, 10 * second + 1).violations).toBe(0);
  });

  it("forgives everything where a recovery takes no time", () => {
    expect(standingAt(bad(10, 0), { ...rules, recoveryMs: 0 }, 0).violations).toBe(0);
  });

  it.each([
    [0, 0],
    [50, 0.1],
    [100, 0.2],
    [1000, 0.2],
  ])("%d s after good conduct began earns %d above the rate", (seconds, bonus) => {
    const good = { generation: "1", sinceUs: 10 * second, violations: 0, atUs: 10 * second };
    expect(standingAt(good, rules, (10 + seconds) * second)).toEqual({ violations: 0, bonus, rate: 1 + bonus });
  });

  it("earns nothing below the whole rate, and nothing before good conduct begins", () => {
    const atOnce = { generation: "1", sinceUs: 0, violations: 4, atUs: 90 * second };
    expect(standingAt(atOnce, rules, 90 * second)).toEqual({ violations: 4, bonus: 0, rate: 0.1 });
    expect(standingAt(bad(1), rules, 50 * second).bonus).toBe(0);
  });
});

describe("conduct after a call", () => {
  it("of somebody new is noted as good from now on", () => {
    expect(standingAfter(undefined, rules, 0, 7)).toEqual({ generation: "1", sinceUs: 7, violations: 0, atUs: 7 });
  });

  it("of somebody new who is refused is a violation", () => {
    expect(standingAfter(undefined, rules, 3, 7)).toEqual(badAtSeven(3));
  });

  it("of another generation begins anew", () => {
    const other = { ...bad(9), generation: "0" };
    expect(standingAfter(other, rules, 0, 7)).toEqual({ generation: "1", sinceUs: 7, violations: 0, atUs: 7 });
    expect(standingAfter(other, rules, 2, 7)).toEqual(badAtSeven(2));
  });

  it("adds a violation to those not forgiven yet, and starts the recovery again", () => {
    expect(standingAfter(bad(10), rules, 1, 50 * second)).toEqual({
      generation: "1",
      sinceUs: 150 * second,
      violations: 6,
      atUs: 50 * second,
    });
  });

  it("remembers at most a million violations", () => {
    expect(standingAfter(bad(999_999), rules, 5, 0).violations).toBe(1_000_000);
  });

  it("stays the very same state while nothing is worth writing: for an eighth of the recovery", () => {
    const state = bad(8);
    expect(standingAfter(state, rules, 0, 12.5 * second - 1)).toBe(state);
    expect(standingAfter(state, rules, 0, 12.5 * second)).toEqual({ ...state, violations: 7, atUs: 12.5 * second });
  });

  it("whenever it is written anew, is forgiven at the same instant and along the same line", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.array(fc.integer({ min: 1, max: 20 * second }), { maxLength: 8 }),
        fc.integer({ min: 0, max: 120 * second }),
        (violations, gaps, laterUs) => {
          let state = bad(violations);
          let nowUs = 0;
          for (const gap of gaps) {
            nowUs += gap;
            state = standingAfter(state, rules, 0, nowUs);
          }
          const seen = standingAt(state, rules, nowUs + laterUs).violations;
          expect(seen).toBeCloseTo(standingAt(bad(violations), rules, nowUs + laterUs).violations, 6);
        },
      ),
    );
  });
});

function badAtSeven(violations: number): StandingState {
  return { generation: "1", sinceUs: 100 * second + 7, violations, atUs: 7 };
}
