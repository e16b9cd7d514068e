import { describe, expect, it } from "vitest";
import { Share } from "./share.js";

const SECOND = 1_000_000;
/** A share that was cut to this part at second 10. */
function cutTo(part: number): Share {
  const share = new Share(0);
  expect(share.refused(10 * SECOND, part)).toBe(true);
  return share;
}

describe("the share that strangers leave", () => {
  it("is the whole after a first refusal, which may have had any reason", () => {
    const share = new Share(5 * SECOND);
    expect([share.at(5 * SECOND), share.at(20 * SECOND)]).toEqual([1, 1]);
    expect(share.endsUs).toBe(55 * SECOND);
  });

  it("is what was measured when refused again, and recovers within 50 seconds, slowly first", () => {
    const share = cutTo(0.8);
    expect(share.at(10 * SECOND)).toBeCloseTo(0.8, 12);
    expect(share.at(35 * SECOND)).toBeCloseTo(0.8 + 0.2 / 64, 12);
    expect(share.at(59 * SECOND)).toBeCloseTo(0.8 + 0.2 * 0.98 ** 6, 12);
    expect(share.at(60 * SECOND)).toBe(1);
    expect(share.at(600 * SECOND)).toBe(1);
    expect(share.endsUs).toBe(60 * SECOND);
  });

  it("is the same as at the refusal for a clock that went back", () => {
    expect(cutTo(0.8).at(3 * SECOND)).toBeCloseTo(0.8, 12);
  });

  it("loses three tenths at the most by one refusal, and none by a measure above it", () => {
    expect(cutTo(0.1).at(10 * SECOND)).toBeCloseTo(0.7, 12);
    expect(cutTo(5).at(10 * SECOND)).toBe(1);
  });

  it("loses 15 % by a refusal without a measure", () => {
    const share = new Share(0);
    expect(share.refused(SECOND, undefined)).toBe(true);
    expect(share.at(SECOND)).toBeCloseTo(0.85, 12);
  });

  it("never falls below a twentieth", () => {
    const share = new Share(0);
    for (let second = 1; second <= 30; second += 1) share.refused(second * SECOND, 0);
    expect(share.at(30 * SECOND)).toBeCloseTo(0.05, 6);
  });

  it("learns nothing from refusals within half a second of each other", () => {
    const share = new Share(0);
    expect(share.refused(SECOND / 2 - 1, 0.8)).toBe(false);
    expect(share.at(SECOND / 2)).toBe(1);
    expect(share.refused(SECOND / 2, 0.8)).toBe(true);
  });
});

describe("the measure of a share", () => {
  const whole = 10 / SECOND;

  it("is what was granted since the last refusal, less two tokens, of what the quota yields in that time", () => {
    const share = new Share(0);
    share.count(12);
    expect(share.measured(2 * SECOND, whole)).toBeCloseTo(0.5, 12);
    expect(share.measured(4 * SECOND, whole)).toBeCloseTo(0.25, 12);
  });

  it("is unknown within two seconds, and nothing where next to nothing was granted", () => {
    const share = new Share(0);
    share.count(1);
    expect(share.measured(2 * SECOND - 1, whole)).toBeUndefined();
    expect(share.measured(2 * SECOND, whole)).toBe(0);
  });

  it("leaves out what was given back, and owes nothing for what was granted before", () => {
    const share = new Share(0);
    share.count(14);
    share.count(-2);
    expect(share.measured(2 * SECOND, whole)).toBeCloseTo(0.5, 12);
    share.count(-100);
    share.count(12);
    expect(share.measured(2 * SECOND, whole)).toBeCloseTo(0.5, 12);
  });

  it("begins anew with each refusal", () => {
    const share = new Share(0);
    share.count(100);
    share.refused(2 * SECOND, 0.9);
    expect(share.measured(4 * SECOND, whole)).toBe(0);
    share.count(12);
    expect(share.measured(4 * SECOND, whole)).toBeCloseTo(0.5, 12);
  });

  it("and the share itself are the same in a copy, which then goes its own way", () => {
    const share = cutTo(0.8);
    share.count(12);
    const copy = share.clone();
    expect(copy.endsUs).toBe(share.endsUs);
    expect(copy.at(10 * SECOND)).toBe(share.at(10 * SECOND));
    expect(copy.measured(12 * SECOND, whole)).toBeCloseTo(0.5, 12);
    copy.count(10);
    expect(share.measured(12 * SECOND, whole)).toBeCloseTo(0.5, 12);
  });
});
