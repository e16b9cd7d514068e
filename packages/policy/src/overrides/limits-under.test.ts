import fc from "fast-check";
import { expect, it } from "vitest";
import type { NormalWindow } from "../policies/policy.js";
import { windowsUnder } from "./limits-under.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const minute = { limit: 100, windowMs: MINUTE, burst: 20 };
const hour = { limit: 1000, windowMs: HOUR, burst: 0 };

it("multiplies limits and bursts, and leaves at least one", () => {
  const by = (multiply: number) =>
    windowsUnder({ windows: undefined, multiply, factor: 10 }, { windows: [minute, hour] });
  expect(by(2)).toEqual([
    { limit: 200, windowMs: MINUTE, burst: 40 },
    { limit: 2000, windowMs: HOUR, burst: 0 },
  ]);
  expect(by(0.001)).toEqual([
    { limit: 1, windowMs: MINUTE, burst: 0 },
    { limit: 1, windowMs: HOUR, burst: 0 },
  ]);
});

it("replaces windows, and keeps those of the policy that the grant would otherwise leave too far behind", () => {
  const under = (windows: readonly NormalWindow[]) =>
    windowsUnder({ windows, multiply: undefined, factor: 10 }, { windows: [minute, hour] });
  const small = { limit: 50, windowMs: MINUTE, burst: 0 };
  expect(under([small])).toEqual([small]);
  const large = { limit: 500, windowMs: MINUTE, burst: 0 };
  expect(under([large])).toEqual([large, { limit: 10_000, windowMs: HOUR, burst: 0 }]);
});

it("lets through no more than factor times the policy's own limit in any of its windows, whatever was granted", () => {
  const window = fc.record({
    limit: fc.integer({ min: 1, max: 1e6 }),
    windowMs: fc.constantFrom(1000, MINUTE, HOUR, 24 * HOUR),
    burst: fc.integer({ min: 0, max: 1e5 }),
  });
  const windows = fc.uniqueArray(window, { minLength: 1, maxLength: 4, selector: ({ windowMs }) => windowMs });
  fc.assert(
    fc.property(windows, windows, fc.integer({ min: 1, max: 100 }), (own, granted, factor) => {
      const held = windowsUnder({ windows: granted, multiply: undefined, factor }, { windows: own });
      for (const { limit, windowMs, burst } of own) {
        const most = Math.min(...held.map((one) => one.limit + one.burst + (one.limit / one.windowMs) * windowMs));
        expect(most).toBeLessThanOrEqual((limit + burst + limit) * factor * (1 + 1e-9));
      }
      expect(new Set(held.map(({ windowMs }) => windowMs)).size).toBe(held.length);
    }),
  );
});
