import { describe, expect, it } from "vitest";
import { gain, timeToGain } from "./drip.js";
import { enoughForLater, insertLater, type Later } from "./later.js";

describe("what drips in", () => {
  it("is rounded down, and nothing for a clock that went back", () => {
    expect(gain(0.3, 9)).toBe(2);
    expect(gain(0.3, 10)).toBe(3);
    expect(gain(2, -5)).toBe(0);
  });

  it("is waited for no longer than needed", () => {
    expect(timeToGain(0.3, 3)).toBe(10);
    expect(timeToGain(4, 9)).toBe(3);
    expect(timeToGain(4, 0)).toBe(0);
    expect(timeToGain(4, -1)).toBe(0);
  });

  it("is there after that time whatever the rate, and at most a microsecond too late", () => {
    // Rates whose quotients and products round apart.
    for (const rate of [0.1, 0.7, 1 / 3, 1.1, 29.7, 1e-5 / 3])
      for (let micro = 1; micro < 300; micro += 1) {
        const elapsedUs = timeToGain(rate, micro);
        expect(gain(rate, elapsedUs)).toBeGreaterThanOrEqual(micro);
        expect(gain(rate, elapsedUs - 2)).toBeLessThan(micro);
      }
  });
});

describe("debits to come", () => {
  it("stand in order of time, and those of one instant are one", () => {
    const debits: Later[] = [];
    for (const [atUs, micro] of [
      [20, 1],
      [10, 2],
      [30, 4],
      [20, 8],
      [10, 16],
      [25, 32],
    ] as const)
      insertLater(debits, { atUs, micro });
    expect(debits).toEqual([
      { atUs: 10, micro: 18 },
      { atUs: 20, micro: 9 },
      { atUs: 25, micro: 32 },
      { atUs: 30, micro: 4 },
    ]);
  });

  it("need before each of them what it takes, and what those behind lack although it drips meanwhile", () => {
    expect(enoughForLater([{ atUs: 10, micro: 5 }], 1, 100)).toEqual([5]);
    // The second takes 8 and 3 have dripped in until then, so 5 more must be left by the first.
    expect(
      enoughForLater(
        [
          { atUs: 10, micro: 5 },
          { atUs: 13, micro: 8 },
        ],
        1,
        100,
      ),
    ).toEqual([10, 8]);
    // The second is paid by what drips in.
    expect(
      enoughForLater(
        [
          { atUs: 10, micro: 5 },
          { atUs: 40, micro: 8 },
        ],
        1,
        100,
      ),
    ).toEqual([5, 8]);
  });

  it("need no more than there can be, where one costs more than that and leaves a debt", () => {
    expect(
      enoughForLater(
        [
          { atUs: 0, micro: 2 },
          { atUs: 50, micro: 300 },
          { atUs: 400, micro: 300 },
        ],
        1,
        100,
      ),
    ).toEqual([52, 100, 100]);
  });

  it("need nothing when there are none", () => {
    expect(enoughForLater([], 1, 100)).toEqual([]);
  });
});
