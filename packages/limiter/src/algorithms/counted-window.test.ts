import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CountedWindow } from "./counted-window.js";

const LIMIT = 6;
const WINDOW_US = 12;

const fixed = (limit = LIMIT): CountedWindow =>
  new CountedWindow({ kind: "fixedWindow", limit, windowMs: WINDOW_US / 1000 });
const sliding = (limit = LIMIT): CountedWindow =>
  new CountedWindow({ kind: "slidingWindowCounter", limit, windowMs: WINDOW_US / 1000 });
const debit = (atUs: number, cost: number): { atUs: number; cost: number; id: string } => ({ atUs, cost, id: "d" });

/** The rule in the plainest way: counts of the windows from 0 on, and when each had its first. */
class Counts {
  readonly #used: number[] = [];
  readonly #firstUs: number[] = [];

  constructor(readonly isSliding: boolean) {}

  add(atUs: number, cost: number): void {
    const index = Math.floor(atUs / WINDOW_US);
    this.#used[index] = (this.#used[index] ?? 0) + cost;
    this.#firstUs[index] = Math.min(this.#firstUs[index] ?? atUs, atUs);
  }

  admits(cost: number, atUs: number): boolean {
    const index = Math.floor(atUs / WINDOW_US);
    const used = this.#used[index] ?? 0;
    if (!this.isSliding) return used + cost <= LIMIT;
    const faded = (tokens: number, toUs: number): number => (tokens * (WINDOW_US - (toUs % WINDOW_US))) / WINDOW_US;
    const nextUs = this.#firstUs[index + 1];
    return (
      faded(this.#used[index - 1] ?? 0, atUs) + used + cost <= LIMIT &&
      (nextUs === undefined || faded(used + cost, nextUs) + (this.#used[index + 1] ?? 0) <= LIMIT)
    );
  }

  /** When the last window counts no more. */
  get overUs(): number {
    return (this.#used.length + (this.isSliding ? 1 : 0)) * WINDOW_US;
  }
}

const steps = fc.array(
  fc.record({
    restUs: fc.oneof(fc.nat(2), fc.nat(8)),
    cost: fc.integer({ min: 1, max: 3 }),
    fromUs: fc.oneof(fc.constant(0), fc.nat(14)),
    taking: fc.boolean(),
  }),
  { minLength: 5, maxLength: 25, size: "max" },
);

describe.each([
  ["a fixed window", fixed, false],
  ["a sliding window by two counts", sliding, true],
] as const)("%s", (_, make, isSliding) => {
  it("admits at the first instant that its counts allow, beside all that is booked already", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const window = make();
        const counts = new Counts(isSliding);
        const take = (atUs: number, cost: number, nowUs: number): void => {
          window.take(debit(atUs, cost), nowUs);
          counts.add(atUs, cost);
        };
        take(0, 1, 0);
        let nowUs = 0;
        for (const { restUs, cost, fromUs, taking } of all) {
          // After a longer rest the row of windows begins anew: that is shown below.
          nowUs = Math.min(nowUs + restUs, counts.overUs - 1);
          let firstUs = nowUs + fromUs;
          while (!counts.admits(cost, firstUs)) firstUs += 1;
          expect(window.earliest(cost, nowUs + fromUs)).toBe(firstUs);
          let units = 0;
          while (counts.admits((units + 1) * cost, nowUs)) units += 1;
          expect(window.units(cost, nowUs)).toBe(units);
          if (cost === 1) expect(window.remaining(nowUs)).toBe(units);
          expect(window.idleAt(nowUs)).toBe(counts.overUs);
          if (taking) take(firstUs, cost, nowUs);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("holds its limit at most, and has all of it before it is used", () => {
    const window = make();
    expect(window.most(4)).toBe(1);
    expect(window.units(2, 5)).toBe(3);
    expect(window.earliest(LIMIT, 5)).toBe(5);
    expect(window.idleAt(5)).toBe(5);
    expect(window.remaining(5)).toBe(LIMIT);
  });

  it("admits nothing before the end of a pause, which no shorter one ends", () => {
    const window = make();
    window.pause(9);
    window.pause(7);
    expect([window.units(1, 8), window.remaining(8), window.earliest(1, 3), window.idleAt(3)]).toEqual([0, 0, 9, 9]);
    expect([window.units(1, 9), window.remaining(9), window.earliest(1, 10)]).toEqual([LIMIT, LIMIT, 10]);
  });

  it("begins a new row with the first token after a rest", () => {
    const window = make();
    window.take(debit(0, LIMIT), 0);
    window.take(debit(100, LIMIT), 100);
    const endUs = 100 + WINDOW_US;
    expect(window.earliest(1, 101)).toBe(isSliding ? endUs + 2 : endUs);
    expect(window.idleAt(101)).toBe(isSliding ? endUs + WINDOW_US : endUs);
  });

  it("counts what was given back no longer", () => {
    const window = make();
    window.take(debit(0, 4), 0);
    window.take(debit(1, 2), 1);
    window.giveBack(debit(1, 2), 2);
    expect(window.remaining(2)).toBe(2);
    window.giveBack(debit(0, 4), 3);
    expect(window.idleAt(3)).toBe(3);
    window.giveBack(debit(0, 4), 4);
    expect(window.remaining(4)).toBe(LIMIT);
  });

  it("is lowered to what the provider says, never filled, and not below nothing", () => {
    const window = make();
    window.lower(2.9, 0);
    expect(window.remaining(0)).toBe(2);
    window.lower(5, 1);
    expect(window.remaining(1)).toBe(2);
    window.lower(2, 1);
    expect(window.remaining(1)).toBe(2);
    window.lower(0, 1);
    expect(window.remaining(1)).toBe(0);
  });

  it("is all there again when the provider's refusal stays alone, but remembers it for 50 seconds", () => {
    const window = make();
    expect(window.changing).toBe(false);
    window.refused(5);
    expect(window.changing).toBe(true);
    expect(window.remaining(5)).toBe(LIMIT);
    expect(window.keptUntil(6)).toBe(50_000_005);
    window.tune(50_000_004);
    expect(window.changing).toBe(true);
    window.tune(50_000_005);
    expect(window.changing).toBe(false);
    expect(window.keptUntil(50_000_005)).toBe(50_000_005);
  });

  it("has less after a second refusal, but never less than one, and more costs are admitted in an empty window", () => {
    const window = make();
    window.refused(0);
    window.refused(600_000);
    // 0.7 of 6.
    expect(window.remaining(600_000)).toBe(4);
    expect(window.earliest(5, 600_000)).toBe(600_000);
    expect(window.units(5, 600_000)).toBe(1);
    window.take(debit(600_000, 1), 600_000);
    expect(window.units(5, 600_000)).toBe(0);
    for (let n = 2; n < 20; n += 1) window.refused(n * 600_000);
    expect(window.remaining(19 * 600_000)).toBe(1);
  });

  it("learns how much of it was used when it was refused", () => {
    const window = make();
    window.refused(0);
    window.take(debit(600_000, 5), 600_000);
    window.refused(600_000);
    // Five of six were used: so many are ours.
    window.giveBack(debit(600_000, 5), 600_000);
    expect(window.remaining(600_000)).toBe(5);
  });

  it("learns nothing from a refusal within a pause, or together with another", () => {
    const window = make();
    window.pause(600_000);
    window.refused(599_999);
    expect(window.changing).toBe(false);
    window.refused(600_000);
    expect(window.changing).toBe(true);
    window.refused(700_000);
    expect(window.remaining(700_000)).toBe(LIMIT);
  });

  it("keeps its debits, pause and share under another limit of its kinds, and is left alone by others", () => {
    const window = make();
    window.take(debit(1, 3), 1);
    window.take(debit(2, 1), 2);
    window.refused(3);
    window.pause(8);
    const wider = window.retuned({
      kind: isSliding ? "slidingWindowCounter" : "fixedWindow",
      limit: 10,
      windowMs: 0.012,
    });
    expect(wider).not.toBe(window);
    expect(wider.remaining(7)).toBe(0);
    expect(wider.remaining(8)).toBe(6);
    expect(wider.changing).toBe(true);
    expect(wider.idleAt(2)).toBe(window.idleAt(2));
    expect(window.retuned({ kind: "slidingWindow", limit: 10, windowMs: 1 })).toBe(window);
  });

  it("may be booked ahead, and knows neither leases nor landings", () => {
    const window = make();
    window.take(debit(1, 3), 1);
    window.landed();
    expect(window.renew()).toBe(true);
    expect(window.bookable).toBe(true);
    expect(window.remaining(1)).toBe(3);
  });
});

it("a sliding window by two counts measures what the window before still counts", () => {
  const window = sliding();
  window.take(debit(599_994, 6), 599_994);
  window.refused(0);
  // Half way through the next window: three of six count.
  window.refused(600_012);
  expect(window.remaining(600_030)).toBe(4);
});
