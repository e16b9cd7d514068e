import { jain, worstExcess } from "@sluice/test/fleet";
import fc from "fast-check";
import { expect, it } from "vitest";
import { excessOf, idealS, lagsMs, refusedByProvider, sharesAtHalfTime } from "./ledger.js";

const bound = { refillRate: 10, burst: 3 };
const s = (...seconds: number[]): number[] => seconds.map((second) => second * 1e6);

it.each([
  ["a burst and then one each tenth", s(0, 0, 0, 0.1, 0.2), 0],
  ["one more than the burst at once", s(0, 0, 0, 0), 1],
  ["a grant half a token early", s(0, 0, 0, 0.05), 0.5],
  ["two bursts without the time between them", s(5, 5, 5, 5.1, 5.1, 5.1), 2],
  ["nothing at all", [], 0],
])("the excess of %s", (_, atUs, excess) => expect(excessOf(atUs, bound)).toBeCloseTo(excess, 9));

it.each([
  ["a burst and then one each tenth", s(0, 0, 0, 0.1, 0.2), 0],
  ["one more than the burst at once", s(0, 0, 0, 0), 1],
  ["an early one, whose place the next then has", s(0, 0, 0, 0.09, 0.1), 1],
])("an exact provider refuses of %s", (_, atUs, refused) => expect(refusedByProvider(atUs, bound)).toBe(refused));

it("a provider refuses something exactly when some window exceeds the bound", () => {
  const instants = fc.array(fc.integer({ min: 0, max: 2_000_000 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(instants, (atUs) => {
      const excess = worstExcess(atUs, bound);
      // At the border the two round differently.
      fc.pre(Math.abs(excess) > 1e-6);
      expect(refusedByProvider(atUs, bound) > 0).toBe(excess > 0);
    }),
  );
});

it("lag is counted from the instant a token was there, in whatever order grants are told", () => {
  expect(lagsMs(s(1.1, 1, 1.002, 1), 1e6, bound).map(Math.round)).toEqual([0, 0, 2, 0]);
});

it("the ideal time is that of all tokens beyond the burst", () => {
  expect(idealS(23, bound)).toBe(2);
  expect(idealS(2, bound)).toBe(0);
});

it("half time is when half of all grants are out", () => {
  expect(sharesAtHalfTime([s(1, 2, 3), s(4, 5, 6)])).toEqual([3, 0]);
  expect(sharesAtHalfTime([s(1, 3, 5), s(2, 4, 6)])).toEqual([2, 1]);
});

it("fairness is 1 for equal shares and a quarter when one of four has all", () => {
  expect(jain([5, 5, 5, 5])).toBe(1);
  expect(jain([20, 0, 0, 0])).toBe(0.25);
});
