import fc from "fast-check";
import { expect, it } from "vitest";
import { worstExcess } from "../src/fleet/ledger.js";

it("a bucket that grants as soon as its token is there is not above the limit, not even by a rounding", () => {
  const refillRate = fc.constantFrom(1, 7, 20, 50, 80, 333);
  const asksUs = fc.array(fc.nat(100_000), { minLength: 50, maxLength: 200 });
  fc.assert(
    fc.property(refillRate, fc.integer({ min: 1, max: 40 }), asksUs, (rate, burst, gapsUs) => {
      const bound = { refillRate: rate, burst };
      expect(worstExcess(grants(gapsUs, bound), bound)).toBeLessThanOrEqual(0);
    }),
  );
});

it("says how far above the limit it is", () => {
  expect(worstExcess([0, 0, 0], { refillRate: 1, burst: 1 })).toBe(2);
  expect(worstExcess([0, 999_999], { refillRate: 1, burst: 1 })).toBeCloseTo(1e-6, 9);
});

/** What a token bucket grants to one who asks again so long after each grant, in whole microseconds and millionths of a token. */
function grants(gapsUs: readonly number[], { refillRate, burst }: { refillRate: number; burst: number }): number[] {
  let level = burst * 1e6;
  let us = 0;
  return gapsUs.map((gapUs) => {
    const missing = Math.max(0, 1e6 - Math.min(burst * 1e6, level + gapUs * refillRate));
    const waitUs = Math.ceil(missing / refillRate);
    level = Math.min(burst * 1e6, level + (gapUs + waitUs) * refillRate) - 1e6;
    us += gapUs + waitUs;
    return us;
  });
}
