import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fullJitter } from "./backoff.js";

describe("full jitter", () => {
  const options = { baseMs: 100, capMs: 3200 };

  it("draws from 0 up to a bound that doubles from the base to the cap", () => {
    const bounds = Array.from({ length: 8 }, (_, index) => fullJitter(index + 1, options, () => 1));
    expect(bounds).toEqual([100, 200, 400, 800, 1600, 3200, 3200, 3200]);
    expect(fullJitter(3, options, () => 0)).toBe(0);
    expect(fullJitter(3, options, () => 0.25)).toBe(100);
  });

  it("stays in its bounds for every retry, base, cap and draw", () => {
    const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const sizeMs = fc.double({ min: 0, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), sizeMs, sizeMs, draw, (attempt, baseMs, capMs, drawn) => {
        const delayMs = fullJitter(attempt, { baseMs, capMs }, () => drawn);
        const boundMs = Math.min(capMs, baseMs * 2 ** (attempt - 1));
        // Among the smallest numbers there are, a part of one rounds up to the whole.
        const tiny = boundMs < 1e-300;
        return delayMs >= 0 && delayMs <= boundMs && (tiny || delayMs < boundMs || drawn > 0.99);
      }),
    );
  });
});
