import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Bucket, Debit } from "./bucket.js";
import { CountedWindow } from "./counted-window.js";
import { SlidingWindow } from "./sliding-window.js";
import { TokenBucket } from "./token-bucket.js";

const LIMIT = 6;
const WINDOW_US = 1000;
const windowMs = WINDOW_US / 1000;

const kinds = [
  ["a fixed window", (): Bucket => new CountedWindow({ kind: "fixedWindow", limit: LIMIT, windowMs })],
  [
    "a sliding window by two counts",
    (): Bucket => new CountedWindow({ kind: "slidingWindowCounter", limit: LIMIT, windowMs }),
  ],
  ["an exact sliding window", (): Bucket => new SlidingWindow({ kind: "slidingWindow", limit: LIMIT, windowMs })],
] as const;

let number = 0;
const debit = (atUs: number, cost: number): Debit => ({ atUs, cost, id: `d${(number += 1)}` });

describe.each(kinds)("%s and the provider's own", (_, make) => {
  it("admits what the provider has left until its window ends, and then all of ours that we have not used", () => {
    const window = make();
    window.take(debit(0, 1), 0);
    window.lower(2.9, 10, 300);
    expect([window.remaining(10), window.units(1, 10), window.units(3, 10)]).toEqual([2, 2, 0]);
    expect([window.earliest(2, 10), window.earliest(3, 10)]).toEqual([10, 300]);
    window.take(debit(20, 2), 20);
    expect([window.remaining(20), window.earliest(1, 20), window.earliest(1, 299)]).toEqual([0, 300, 300]);
    expect([window.remaining(299), window.remaining(300)]).toEqual([0, 3]);
  });

  it("admits no more than the provider has left when our window ends before its own", () => {
    const window = make();
    window.take(debit(0, 4), 0);
    window.lower(2, 10, 2500);
    expect([window.remaining(2001), window.remaining(2499), window.remaining(2500)]).toEqual([2, 2, LIMIT]);
  });

  it("is never filled by a word, nor by one about another window", () => {
    const window = make();
    window.lower(1, 0, 300);
    window.lower(LIMIT, 10, 300);
    window.lower(LIMIT, 20, 5000);
    expect([window.remaining(299), window.remaining(300)]).toEqual([1, LIMIT]);
    window.take(debit(300, LIMIT), 300);
    window.lower(5, 310, 400);
    expect([window.remaining(399), window.remaining(400)]).toEqual([0, 0]);
  });

  it("goes by the earliest end that it heard of, and by the next window's when that is over", () => {
    const window = make();
    window.lower(3, 0, 300);
    window.lower(2, 10, 900);
    window.lower(2, 20, 250);
    expect([window.remaining(249), window.remaining(250)]).toEqual([2, LIMIT]);
    window.lower(4, 250, 900);
    expect([window.remaining(899), window.remaining(900)]).toEqual([4, LIMIT]);
  });

  it("keeps nothing of a provider that has more left than there may ever be", () => {
    const window = make();
    window.lower(LIMIT, 0, 300);
    expect(window.idleAt(1)).toBe(1);
  });

  it("remembers what it was told for as long as that holds", () => {
    const window = make();
    window.lower(5, 0, 5000);
    expect([window.idleAt(1), window.keptUntil(1), window.idleAt(5000)]).toEqual([5000, 5000, 5000]);
  });

  it("has a token again that was taken after the word and came back, and not one from before", () => {
    const window = make();
    const [before, after, booked] = [debit(0, 1), debit(20, 1), debit(400, 1)];
    window.take(before, 0);
    window.lower(3, 10, 300);
    window.take(after, 20);
    window.take(booked, 20);
    expect(window.remaining(20)).toBe(2);
    window.giveBack(before, 30);
    expect(window.remaining(30)).toBe(2);
    window.giveBack(after, 30);
    expect(window.remaining(30)).toBe(3);
    window.giveBack(booked, 30);
    expect(window.remaining(30)).toBe(3);
  });

  it("books what does not fit behind the end of the provider's window", () => {
    const window = make();
    window.lower(1, 0, 300);
    window.take(debit(0, 1), 0);
    expect(window.earliest(2, 100)).toBe(300);
    window.take(debit(300, 2), 100);
    expect([window.remaining(299), window.remaining(300)]).toEqual([0, 3]);
  });

  it("is told apart from a word without an end, which counts as taken just now", () => {
    const window = make();
    window.lower(4, 0, 300);
    window.lower(2, 0);
    expect([window.remaining(0), window.remaining(299), window.remaining(300)]).toEqual([2, 2, 2]);
    window.take(debit(310, 2), 310);
    expect(window.remaining(310)).toBe(0);
  });

  it("keeps it under another limit of its kinds, each by itself", () => {
    const window = make();
    window.lower(3, 0, 300);
    const limit = { limit: 10, windowMs };
    const other =
      window instanceof SlidingWindow
        ? window.retuned({ kind: "slidingWindow", ...limit })
        : window.retuned({ kind: "slidingWindowCounter", ...limit });
    other.take(debit(10, 1), 10);
    expect([other.remaining(10), window.remaining(10), other.remaining(300)]).toEqual([2, 3, 9]);
  });

  it("never grants more than the provider has in any window of its own, wherever that begins and whoever else comes", () => {
    const step = fc.record({ restUs: fc.nat(400), want: fc.nat(8), stranger: fc.nat(3), back: fc.boolean() });
    fc.assert(
      fc.property(
        fc.nat(WINDOW_US - 1),
        fc.integer({ min: WINDOW_US / 2, max: 2 * WINDOW_US }),
        fc.array(step, { minLength: 5, maxLength: 60, size: "max" }),
        (phaseUs, lengthUs, steps) => {
          const window = make();
          let [nowUs, usedOf, used] = [0, 0, 0];
          for (const { restUs, want, stranger, back } of steps) {
            nowUs += restUs;
            const index = Math.floor((nowUs + phaseUs) / lengthUs);
            if (index !== usedOf) [usedOf, used] = [index, 0];
            const granted = Math.min(want, window.units(1, nowUs));
            for (let n = 0; n < granted; n += 1) {
              const one = debit(nowUs, 1);
              window.take(one, nowUs);
              if (back && n === 0) window.giveBack(one, nowUs);
              else used += 1;
            }
            expect(used).toBeLessThanOrEqual(LIMIT);
            // The answers tell of strangers who came meanwhile.
            used = Math.min(LIMIT, used + stranger);
            window.lower(LIMIT - used, nowUs, (index + 1) * lengthUs - phaseUs);
            expect(window.remaining(nowUs)).toBeLessThanOrEqual(LIMIT - used);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

it("a fixed window out of phase with the provider's uses nearly all of each of them, and never meets a refusal", () => {
  const [limit, lengthUs, strangersUs] = [100, 1_000_000, 4000];
  for (let phaseUs = 0; phaseUs < lengthUs; phaseUs += 90_000) {
    const window: Bucket = new CountedWindow({ kind: "fixedWindow", limit, windowMs: lengthUs / 1000 });
    const used = new Map<number, number>();
    let nowUs = 0;
    while (nowUs < 12 * lengthUs) {
      const index = Math.floor((nowUs + phaseUs) / lengthUs);
      // Strangers have used half of the window in which we begin.
      const before = used.get(index) ?? (index === 0 ? limit / 2 : 0);
      if (window.units(1, nowUs) > 0) {
        window.take(debit(nowUs, 1), nowUs);
        expect(before).toBeLessThan(limit);
        used.set(index, before + 1);
        window.lower(limit - before - 1, nowUs, (index + 1) * lengthUs - phaseUs);
      } else used.set(index, before);
      nowUs += strangersUs;
    }
    for (let index = 1; index < 11; index += 1) expect(used.get(index), `phase ${phaseUs}`).toBeGreaterThan(97);
  }
});

it("a token bucket is lowered and fills up at its rate, whatever the provider's window does", () => {
  const bucket: Bucket = new TokenBucket({ kind: "tokenBucket", refillRate: 10, burst: LIMIT }, 0);
  bucket.lower(1, 0, 300_000_000);
  expect([bucket.remaining(0), bucket.remaining(200_000)]).toEqual([1, 3]);
});

it("places are not lowered by what the provider has left", () => {
  const places: Bucket = new SlidingWindow({ kind: "concurrency", max: 2, leaseMs: 1 });
  places.lower(0, 0, 300);
  expect([places.remaining(0), places.idleAt(0)]).toEqual([2, 0]);
});

it("an exact window's token that lands, or is held anew, is no second one in the provider's window", () => {
  const window: Bucket = new SlidingWindow({ kind: "slidingWindow", limit: LIMIT, windowMs });
  const one = debit(0, 1);
  window.take(one, 0);
  window.lower(3, 10, 900);
  window.landed(one, 50);
  expect(window.remaining(50)).toBe(3);
});
