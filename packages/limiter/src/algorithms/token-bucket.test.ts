import { describe, expect, it } from "vitest";
import type { Debit } from "./bucket.js";
import { MICRO } from "./drip.js";
import { TokenBucket } from "./token-bucket.js";

const SECOND = 1_000_000;
/** A token each second. */
const make = (burst = 4, refillRate = 1): TokenBucket => new TokenBucket({ kind: "tokenBucket", refillRate, burst }, 0);
const spaced = (): TokenBucket => new TokenBucket({ kind: "leakyBucket", rate: 1 }, 0);
const debit = (atUs: number, cost: number): Debit => ({ atUs, cost, id: "d" });

describe("what is given back to a token bucket", () => {
  it("is there again at once when nobody took since, up to the burst", () => {
    const bucket = make();
    bucket.take(debit(5, 3), 5);
    bucket.giveBack(debit(5, 3), 5);
    expect(bucket.remaining(5)).toBe(4);
    bucket.take(debit(5, 1), 5);
    bucket.giveBack(debit(5, 1), 2 * SECOND);
    expect(bucket.remaining(2 * SECOND)).toBe(4);
    expect(bucket.idleAt(2 * SECOND)).toBe(2 * SECOND);
  });

  it("is less what may have dripped over the edge, once others took since", () => {
    const bucket = make();
    bucket.take(debit(SECOND, 3), SECOND);
    bucket.take(debit(2 * SECOND, 1), 2 * SECOND);
    // One is left. Of the three, one may have dripped in already.
    bucket.giveBack(debit(SECOND, 3), 2 * SECOND);
    expect(bucket.remaining(2 * SECOND)).toBe(3);
  });

  it("has been there all the time when nobody took since", () => {
    const bucket = make(8);
    bucket.lower(2, 0);
    bucket.take(debit(0, 1), 0);
    bucket.giveBack(debit(0, 1), SECOND);
    expect(bucket.remaining(SECOND)).toBe(3);
  });

  it("is nothing once all of it may have dripped in", () => {
    const bucket = make();
    bucket.take(debit(0, 1), 0);
    bucket.take(debit(SECOND / 2, 3), SECOND / 2);
    bucket.giveBack(debit(0, 1), SECOND);
    expect(bucket.remaining(SECOND)).toBe(1);
    bucket.giveBack(debit(0, 1), 2 * SECOND);
    expect(bucket.remaining(2 * SECOND)).toBe(2);
  });

  it("never fills it beyond the burst", () => {
    const bucket = make();
    bucket.take(debit(0, 3), 0);
    bucket.take(debit(1, 1), 1);
    bucket.giveBack(debit(0, 3), 2);
    bucket.giveBack(debit(0, 3), 2);
    expect(bucket.remaining(2)).toBe(4);
    expect(bucket.idleAt(2)).toBe(2);
  });

  it("is taken from what is booked for the same instant, and no other", () => {
    const bucket = make();
    bucket.take(debit(0, 4), 0);
    bucket.take(debit(2 * SECOND, 1), 0);
    bucket.take(debit(2 * SECOND, 1), 0);
    expect(bucket.earliest(1, SECOND)).toBe(3 * SECOND);
    bucket.giveBack(debit(2 * SECOND, 1), 1);
    expect(bucket.earliest(1, SECOND)).toBe(SECOND);
    expect(bucket.earliest(2, SECOND)).toBe(3 * SECOND);
    bucket.giveBack(debit(2 * SECOND, 1), 1);
    expect(bucket.earliest(2, SECOND)).toBe(2 * SECOND);
    expect(bucket.plainLevel).toBeDefined();
  });
});

describe("a token bucket", () => {
  it("is plain while nothing but its level matters", () => {
    const bucket = make();
    expect(bucket.plainLevel).toEqual({ level: 4 * MICRO, atUs: 0 });
    bucket.plainLevel = { level: 2 * MICRO, atUs: SECOND };
    expect(bucket.remaining(SECOND)).toBe(2);
    bucket.pause(9);
    expect(bucket.plainLevel).toBeUndefined();
    const booked = make();
    booked.take(debit(5, 1), 0);
    expect(booked.plainLevel).toBeUndefined();
    const shared = make();
    shared.refused(0, 0);
    expect(shared.plainLevel).toBeUndefined();
    const lent = make();
    lent.lend("a", 1, 100, 0);
    expect(lent.plainLevel).toBeUndefined();
  });

  it("is lowered to what the provider says, to the millionth, and never filled", () => {
    const bucket = make();
    bucket.lower(2.5, 0);
    expect(bucket.remaining(0)).toBe(2);
    expect(bucket.earliest(3, 0)).toBe(SECOND / 2);
    bucket.lower(3, 0);
    bucket.lower(2.5, 0);
    expect(bucket.plainLevel).toEqual({ level: 2.5 * MICRO, atUs: 0 });
    bucket.lower(3, SECOND);
    expect(bucket.plainLevel).toEqual({ level: 3 * MICRO, atUs: SECOND });
  });

  it("is not filled when it has less than the provider says", () => {
    const bucket = make();
    bucket.take(debit(SECOND, 4), SECOND);
    bucket.lower(2, 2 * SECOND);
    expect(bucket.remaining(2 * SECOND)).toBe(1);
  });

  it("has bookings that it pays first when it is lowered", () => {
    const bucket = make();
    bucket.take(debit(SECOND, 1), 0);
    bucket.lower(0, 0);
    expect(bucket.remaining(0)).toBe(0);
    expect(bucket.earliest(1, 0)).toBe(2 * SECOND);
  });

  it("owes what was booked before it was lowered, and has nothing until that is paid", () => {
    const bucket = make();
    bucket.take(debit(SECOND, 4), 0);
    bucket.lower(0, 0);
    expect(bucket.remaining(0)).toBe(0);
    expect(bucket.remaining(SECOND)).toBe(0);
    expect(bucket.earliest(1, 0)).toBe(5 * SECOND);
    expect(bucket.idleAt(0)).toBe(8 * SECOND);
  });

  it("does not go back in time with the clock that asks it", () => {
    const bucket = make();
    bucket.take(debit(10 * SECOND, 4), 10 * SECOND);
    bucket.take(debit(9 * SECOND, 0), 9 * SECOND);
    expect(bucket.remaining(9 * SECOND)).toBe(0);
    expect(bucket.remaining(10 * SECOND)).toBe(1);
  });

  it("may be booked ahead, and knows neither leases nor landings", () => {
    const bucket = make();
    bucket.take(debit(0, 1), 0);
    bucket.landed();
    expect(bucket.renew()).toBe(true);
    expect(bucket.bookable).toBe(true);
    expect(bucket.remaining(0)).toBe(3);
  });
});

describe("a token bucket that the provider contradicts", () => {
  it("has nothing until the provider has one again", () => {
    const bucket = make();
    bucket.refused(0, 3 * SECOND);
    expect(bucket.remaining(0)).toBe(0);
    expect(bucket.remaining(SECOND)).toBe(1);
  });

  it("keeps what drips in until then, where that is less than a token away", () => {
    const bucket = make();
    bucket.refused(0, SECOND / 4);
    expect(bucket.plainLevel).toBeUndefined();
    expect(bucket.earliest(1, 0)).toBe(SECOND / 4);
  });

  it("refills at the whole rate after one refusal, more slowly after another, and remembers it for 50 seconds", () => {
    const bucket = make(4, 10);
    expect(bucket.changing).toBe(false);
    bucket.tune(5);
    expect(bucket.changing).toBe(false);
    bucket.refused(0, SECOND);
    expect(bucket.changing).toBe(true);
    expect(bucket.earliest(1, 0)).toBe(SECOND / 10);
    expect(bucket.keptUntil(0)).toBe(50 * SECOND);
    bucket.refused(SECOND, 2 * SECOND);
    expect(bucket.earliest(1, SECOND)).toBe(SECOND + Math.ceil(SECOND / 8.5));
    bucket.tune(51 * SECOND - 1);
    expect(bucket.changing).toBe(true);
    bucket.tune(51 * SECOND);
    expect(bucket.changing).toBe(false);
    bucket.lower(0, 51 * SECOND);
    expect(bucket.earliest(1, 51 * SECOND)).toBe(51.1 * SECOND);
  });

  it("measures its share by what it granted, without what was given back", () => {
    const bucket = make(100, 10);
    bucket.refused(0, SECOND);
    bucket.take(debit(4 * SECOND, 36), 4 * SECOND);
    bucket.giveBack(debit(4 * SECOND, 2), 4 * SECOND);
    bucket.refused(4 * SECOND, 5 * SECOND);
    // 34 less the two that are unsure, of 40.
    expect(bucket.earliest(1, 4 * SECOND)).toBe(4 * SECOND + SECOND / 8);
  });

  it("learns nothing from a refusal within a pause, or together with another", () => {
    const bucket = make();
    bucket.pause(SECOND);
    bucket.refused(SECOND - 1, 9 * SECOND);
    expect(bucket.changing).toBe(false);
    expect(bucket.remaining(SECOND)).toBe(4);
    bucket.refused(SECOND, SECOND);
    expect(bucket.changing).toBe(true);
    bucket.refused(SECOND + 1000, 9 * SECOND);
    expect(bucket.remaining(SECOND + 1000)).toBe(1);
  });
});

describe("tokens lent by a token bucket", () => {
  it("are half of it at the most, less what others have", () => {
    const bucket = make(5);
    expect(bucket.lendable("a", 0)).toBe(2);
    bucket.lend("a", 1, 100, 0);
    expect([bucket.lendable("a", 0), bucket.lendable("b", 0)]).toEqual([2, 1]);
    bucket.lend("b", 2, 100, 0);
    expect(bucket.lendable("c", 0)).toBe(0);
    expect(bucket.lendable("c", 100)).toBe(2);
  });

  it("lower the brim until they are back", () => {
    const bucket = make();
    bucket.take(debit(0, 2), 0);
    bucket.lend("a", 2, 5 * SECOND, 0);
    expect(bucket.changing).toBe(true);
    bucket.tune(4 * SECOND);
    expect(bucket.remaining(4 * SECOND)).toBe(2);
    expect(bucket.earliest(3, 4 * SECOND)).toBe(5 * SECOND);
    expect(bucket.earliest(2, 4 * SECOND)).toBe(4 * SECOND);
    bucket.tune(5 * SECOND);
    expect(bucket.changing).toBe(false);
    expect(bucket.remaining(5 * SECOND)).toBe(2);
    expect(bucket.remaining(6 * SECOND)).toBe(3);
  });

  it("are full again after the loan as if time had run on at the whole brim", () => {
    const bucket = make();
    bucket.take(debit(0, 2), 0);
    bucket.lend("a", 2, 5 * SECOND, 0);
    expect(bucket.keptUntil(0)).toBe(7 * SECOND);
    bucket.tune(7 * SECOND);
    expect(bucket.remaining(7 * SECOND)).toBe(4);
    const early = make();
    early.take(debit(0, 2), 0);
    early.lend("a", 2, 5 * SECOND, 0);
    early.tune(7 * SECOND - 1);
    expect(early.remaining(7 * SECOND - 1)).toBe(2);
  });

  it("are there again when brought back, what was spent left out, and never beyond the brim", () => {
    const bucket = make();
    bucket.take(debit(0, 2), 0);
    bucket.lend("a", 2, 5 * SECOND, 0);
    bucket.repay("a", 1, 0);
    expect(bucket.changing).toBe(false);
    expect(bucket.remaining(0)).toBe(3);
    bucket.repay("a", 50, 0);
    expect(bucket.remaining(0)).toBe(4);
  });

  it("are gone when all of them were spent, however long the bucket was full to the lowered brim", () => {
    const bucket = make();
    bucket.lend("a", 2, 5 * SECOND, 0);
    bucket.repay("a", 0, 3 * SECOND);
    expect([bucket.remaining(3 * SECOND), bucket.remaining(4 * SECOND)]).toEqual([2, 3]);
  });

  it("take from the level what no longer fits below the brim", () => {
    const bucket = make();
    bucket.lend("a", 2, 5 * SECOND, 0);
    expect(bucket.remaining(0)).toBe(2);
    expect(bucket.most(1)).toBe(4);
  });
});

describe("even spacing", () => {
  it("lets one go when its token is there, however dear, and the next when the debt is paid", () => {
    const bucket = spaced();
    expect([bucket.units(3, 0), bucket.most(3), bucket.units(1, 0)]).toEqual([1, 1, 1]);
    bucket.take(debit(0, 3), 0);
    expect(bucket.earliest(1, 0)).toBe(3 * SECOND);
    expect([bucket.units(1, 3 * SECOND - 1), bucket.units(1, 3 * SECOND)]).toEqual([0, 1]);
    expect(bucket.idleAt(0)).toBe(3 * SECOND);
  });

  it("lets none go in a pause", () => {
    const bucket = spaced();
    bucket.pause(5);
    expect([bucket.units(1, 4), bucket.units(1, 5), bucket.earliest(1, 0)]).toEqual([0, 1, 5]);
  });
});

describe("a token bucket under another limit", () => {
  it("keeps level, bookings, pause, share and loans, each for itself", () => {
    const bucket = make(8);
    bucket.take(debit(0, 2), 0);
    bucket.lend("a", 1, 90 * SECOND, 0);
    bucket.take(debit(SECOND, 1), 0);
    bucket.pause(2);
    const copy = bucket.retuned({ kind: "tokenBucket", refillRate: 1, burst: 9 }) as TokenBucket;
    expect([copy.remaining(1), copy.remaining(2)]).toEqual([0, 6]);
    expect(copy.lendable("b", 0)).toBe(3);
    expect(copy.idleAt(0)).toBe(3 * SECOND);
    copy.giveBack(debit(SECOND, 1), 2);
    copy.lend("b", 2, 90 * SECOND, 2);
    expect(bucket.idleAt(2)).toBe(2 * SECOND);
    expect(bucket.lendable("c", 2)).toBe(3);
  });

  it("keeps the share too", () => {
    const bucket = make(8);
    bucket.refused(0, 0);
    expect(bucket.retuned({ kind: "tokenBucket", refillRate: 1, burst: 9 }).keptUntil(0)).toBe(50 * SECOND);
  });

  it("holds no more than a smaller one may", () => {
    const copy = make(8).retuned({ kind: "tokenBucket", refillRate: 1, burst: 3 });
    expect(copy.remaining(0)).toBe(3);
    expect(copy.idleAt(0)).toBe(0);
  });

  it("lets nobody go before a booking that a smaller one can never pay", () => {
    const bucket = make(8);
    bucket.take(debit(20 * SECOND, 6), 0);
    const copy = bucket.retuned({ kind: "tokenBucket", refillRate: 1, burst: 4 });
    expect(copy.remaining(0)).toBe(0);
    expect(copy.remaining(22 * SECOND)).toBe(0);
    expect(copy.remaining(23 * SECOND)).toBe(1);
  });

  it("is left alone by limits of other kinds", () => {
    const bucket = make();
    expect(bucket.retuned({ kind: "leakyBucket", rate: 1 })).not.toBe(bucket);
    expect(bucket.retuned({ kind: "slidingWindow", limit: 1, windowMs: 1 })).toBe(bucket);
  });
});
