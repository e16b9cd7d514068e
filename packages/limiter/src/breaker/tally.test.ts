import { describe, expect, it } from "vitest";
import { type BreakerRuleOptions, resolveRules } from "./rules.js";
import type { BreakerCounts } from "./store.js";
import { addCounts, emptyTally, pruneTally, ROW_US, type Tally, tooManyFailures } from "./tally.js";

const NOW = 8_000_000_000;
const rules = (more: BreakerRuleOptions = {}) => resolveRules({ windowMs: 1000, ...more });
const counts = (more: Partial<BreakerCounts>): BreakerCounts => ({
  version: 0,
  succeeded: 0,
  lastSuccessAgeMs: 0,
  failed: 0,
  lastFailureAgeMs: 0,
  rowAgesMs: [],
  ...more,
});
/** What is counted after these reports, all of them now. */
const tallyOf = (reports: readonly Partial<BreakerCounts>[], more: BreakerRuleOptions = {}): Tally => {
  const tally = emptyTally();
  for (const one of reports) addCounts(tally, rules(more), counts(one), NOW);
  return tally;
};

describe("what is counted while closed", () => {
  it("stands in the tenth of the window in which it last happened", () => {
    expect(
      tallyOf([
        { failed: 2, lastFailureAgeMs: 150 },
        { failed: 1, lastFailureAgeMs: 101 },
      ]).slices,
    ).toEqual([{ startUs: NOW - 200_000, succeeded: 0, failed: 3 }]);
    expect(tallyOf([{ failed: 1, succeeded: 4, lastSuccessAgeMs: 250 }]).slices).toEqual([
      { startUs: NOW - 300_000, succeeded: 4, failed: 0 },
      { startUs: NOW, succeeded: 0, failed: 1 },
    ]);
  });

  it("is left out when its tenth has left the window", () => {
    expect(tallyOf([{ failed: 1, lastFailureAgeMs: 900 }]).slices).toHaveLength(1);
    expect(tallyOf([{ failed: 1, lastFailureAgeMs: 900.001 }]).slices).toEqual([]);
    expect(tallyOf([{}]).slices).toEqual([]);
  });

  it("keeps failures in a row by their instants, oldest first, the last of them", () => {
    const reports = [{ rowAgesMs: [5, 1] }, { rowAgesMs: [4, 3, 2] }];
    expect(tallyOf(reports).row).toEqual([5, 4, 3, 2, 1].map((ms) => NOW - ms * 1000));
    expect(tallyOf(reports, { consecutiveFailures: 3 }).row).toEqual([3, 2, 1].map((ms) => NOW - ms * 1000));
    expect(tallyOf(reports, { consecutiveFailures: Number.POSITIVE_INFINITY }).row).toEqual([]);
  });

  it("begins the row anew after a success, wherever it happened", () => {
    const reports = [{ rowAgesMs: [9, 7, 5] }, { succeeded: 1, lastSuccessAgeMs: 7 }];
    expect(tallyOf(reports).row).toEqual([NOW - 5000]);
    expect(tallyOf([...reports, { rowAgesMs: [8, 7, 6] }]).row).toEqual([7, 6, 5].map((ms) => NOW - ms * 1000));
    expect(tallyOf([...reports, { succeeded: 1, lastSuccessAgeMs: 8 }]).lastSuccessUs).toBe(NOW - 7000);
  });

  it("counts no failure that is an hour old as one of a row", () => {
    expect(tallyOf([{ rowAgesMs: [ROW_US / 1000, ROW_US / 1000 - 1] }]).row).toEqual([NOW - ROW_US + 1000]);
  });

  it("is forgotten as it leaves the window, the row after an hour", () => {
    const tally = tallyOf([{ failed: 1, rowAgesMs: [0] }]);
    pruneTally(tally, rules(), NOW + 999_999);
    expect(tally.slices).toHaveLength(1);
    pruneTally(tally, rules(), NOW + 1_000_000);
    expect([tally.slices.length, tally.row.length]).toEqual([0, 1]);
    pruneTally(tally, rules(), NOW + ROW_US - 1);
    expect(tally.row).toHaveLength(1);
    pruneTally(tally, rules(), NOW + ROW_US);
    expect(tally.row).toEqual([]);
  });

  it("is forgotten where a clock that was set back left it in the future", () => {
    const tally = tallyOf([{ failed: 1, succeeded: 1, rowAgesMs: [0] }]);
    pruneTally(tally, rules(), NOW);
    expect(tally).toMatchObject({ slices: [{}], row: [NOW], lastSuccessUs: NOW });
    pruneTally(tally, rules(), NOW - 1);
    expect(tally).toEqual({ slices: [], row: [], lastSuccessUs: NOW - 1 });
  });
});

describe("too many failures", () => {
  const verdict = (given: Partial<BreakerCounts>, more: BreakerRuleOptions = {}) =>
    tooManyFailures(tallyOf([given], more), rules(more));

  it("are as many in a row as the rule says", () => {
    expect(verdict({ rowAgesMs: [4, 3, 2, 1] })).toBeUndefined();
    expect(verdict({ rowAgesMs: [5, 4, 3, 2, 1] })).toBe("consecutive-failures");
  });

  it("are half of the calls, once there are ten", () => {
    expect(verdict({ failed: 5, succeeded: 5 })).toBe("failure-rate");
    expect(verdict({ failed: 5, succeeded: 6 })).toBeUndefined();
    expect(verdict({ failed: 9 })).toBeUndefined();
    expect(verdict({ failed: 10 })).toBe("failure-rate");
    expect(verdict({})).toBeUndefined();
  });

  it("are as many as rules of one's own say", () => {
    expect(verdict({ failed: 1, succeeded: 3 }, { minimumCalls: 4, failureRate: 0.25 })).toBe("failure-rate");
    expect(verdict({ failed: 1, succeeded: 3 }, { minimumCalls: 5, failureRate: 0.25 })).toBeUndefined();
  });
});
