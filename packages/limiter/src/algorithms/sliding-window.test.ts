import { describe, expect, it } from "vitest";
import type { Debit } from "./bucket.js";
import { SlidingWindow } from "./sliding-window.js";

const SECOND = 1_000_000;
const make = (limit = 6, windowMs = 1000): SlidingWindow =>
  new SlidingWindow({ kind: "slidingWindow", limit, windowMs });
const places = (max = 2, leaseMs = 1000): SlidingWindow => new SlidingWindow({ kind: "concurrency", max, leaseMs });
const debit = (atUs: number, cost: number, id = `${atUs}`): Debit => ({ atUs, cost, id });

describe("a sliding window", () => {
  it("counts what was given back no longer, and nothing of others with it", () => {
    const window = make();
    window.take(debit(0, 2, "a"), 0);
    window.take(debit(0, 3, "b"), 0);
    window.giveBack(debit(0, 2, "a"), 10);
    expect(window.remaining(10)).toBe(3);
  });

  it("counts a token from when the provider may have counted it, two seconds late at most", () => {
    const window = make(6, 10_000);
    window.take(debit(0, 2, "a"), 0);
    window.landed(debit(0, 2, "a"), 300_000);
    expect(window.idleAt(300_000)).toBe(10 * SECOND + 300_000);
    window.take(debit(SECOND, 1, "b"), SECOND);
    window.landed(debit(SECOND, 1, "b"), 9 * SECOND);
    expect(window.idleAt(9 * SECOND)).toBe(13 * SECOND);
    expect(window.remaining(9 * SECOND)).toBe(3);
  });

  it("does not move a token that lands at once, was given back, or has left", () => {
    const window = make();
    window.take(debit(500, 2, "a"), 500);
    window.landed(debit(500, 2, "a"), 500);
    window.landed(debit(500, 2, "a"), 400);
    window.landed(debit(500, 2, "gone"), 700);
    expect(window.idleAt(700)).toBe(SECOND + 500);
    window.landed(debit(500, 2, "a"), SECOND + 500);
    expect(window.idleAt(SECOND + 500)).toBe(SECOND + 500);
  });

  it("does move one that lands a microsecond before it would leave", () => {
    const window = make();
    window.take(debit(500, 2, "a"), 500);
    window.landed(debit(500, 2, "a"), SECOND + 499);
    expect(window.remaining(SECOND + 499)).toBe(4);
    expect(window.idleAt(SECOND + 499)).toBe(2 * SECOND + 499);
  });

  it("may be booked ahead, and has no lease to renew", () => {
    expect(make().bookable).toBe(true);
    expect(make().renew(debit(0, 1), 0)).toBe(true);
  });

  it("is lowered to what the provider says, never filled", () => {
    const window = make();
    window.lower(2.9, 0);
    expect(window.remaining(0)).toBe(2);
    window.lower(5, 0);
    window.lower(2, 0);
    expect(window.remaining(0)).toBe(2);
    expect(window.idleAt(0)).toBe(SECOND);
  });

  it("is empty while it pauses, and full at the end", () => {
    const window = make();
    window.pause(900);
    window.pause(100);
    expect([window.remaining(899), window.remaining(900)]).toEqual([0, 6]);
  });

  it("has nothing, not less, where more is used than a lower limit allows", () => {
    const window = make();
    window.take(debit(0, 6), 0);
    const narrow = window.retuned({ kind: "slidingWindow", limit: 2, windowMs: 1000 });
    expect([narrow.remaining(0), narrow.units(1, 0)]).toEqual([0, 0]);
  });

  it("is all there again when the provider's refusal stays alone, but remembers it for 50 seconds", () => {
    const window = make();
    window.tune(5);
    expect(window.changing).toBe(false);
    window.refused(5);
    expect(window.changing).toBe(true);
    expect(window.remaining(5)).toBe(6);
    expect(window.keptUntil(6)).toBe(50 * SECOND + 5);
    window.tune(50 * SECOND + 4);
    expect(window.changing).toBe(true);
    window.tune(50 * SECOND + 5);
    expect(window.changing).toBe(false);
  });

  it("has less after a second refusal, never less than one, and admits a dearer call when it is empty enough", () => {
    const window = make();
    window.refused(0);
    window.refused(SECOND);
    expect(window.remaining(SECOND)).toBe(4);
    expect(window.units(5, SECOND)).toBe(1);
    window.take(debit(SECOND, 1), SECOND);
    expect(window.units(5, SECOND)).toBe(0);
    expect(window.units(4, SECOND)).toBe(0);
    expect(window.earliest(5, SECOND)).toBe(2 * SECOND);
    for (let n = 3; n < 20; n += 1) window.refused(n * SECOND);
    expect(window.remaining(19 * SECOND)).toBe(1);
  });

  it("grows back in time", () => {
    const window = make();
    window.refused(0);
    window.refused(SECOND);
    window.tune(51 * SECOND - 1);
    expect(window.remaining(51 * SECOND)).toBe(5);
    window.tune(51 * SECOND);
    expect(window.remaining(51 * SECOND)).toBe(6);
  });

  it("learns how much of it was used when it was refused", () => {
    const window = make();
    window.refused(0);
    window.take(debit(SECOND, 5, "a"), SECOND);
    window.refused(SECOND);
    window.giveBack(debit(SECOND, 5, "a"), SECOND);
    expect(window.remaining(SECOND)).toBe(5);
  });

  it("learns nothing from a refusal within a pause, or together with another", () => {
    const window = make();
    window.pause(SECOND);
    window.refused(SECOND - 1);
    expect(window.changing).toBe(false);
    window.refused(SECOND);
    expect(window.changing).toBe(true);
    window.refused(SECOND + 100);
    expect(window.remaining(SECOND + 100)).toBe(6);
  });

  it("keeps tokens, pause and share under another limit of its kinds, each for itself, and is left alone by others", () => {
    const window = make();
    window.take(debit(1, 3), 1);
    window.refused(3);
    window.pause(8);
    const wider = window.retuned({ kind: "slidingWindow", limit: 10, windowMs: 2000 });
    expect([wider.remaining(7), wider.remaining(8)]).toEqual([0, 7]);
    expect(wider.changing).toBe(true);
    wider.take(debit(9, 5), 9);
    expect(wider.idleAt(9)).toBe(2 * SECOND + 9);
    expect(window.remaining(9)).toBe(3);
    expect(window.retuned({ kind: "concurrency", max: 4, leaseMs: 1 }).remaining(9)).toBe(1);
    expect(window.retuned({ kind: "fixedWindow", limit: 10, windowMs: 1 })).toBe(window);
  });
});

describe("places", () => {
  it("cannot be booked, and are free again when given back or when the lease ends", () => {
    const held = places();
    expect(held.bookable).toBe(false);
    held.take(debit(0, 1, "a"), 0);
    held.take(debit(0, 1, "b"), 0);
    expect(held.remaining(0)).toBe(0);
    held.giveBack(debit(0, 1, "a"), 5);
    expect(held.remaining(5)).toBe(1);
    expect(held.remaining(SECOND)).toBe(2);
  });

  it("are held for another lease when renewed, all of them or none", () => {
    const held = places(3);
    held.take(debit(0, 2, "a"), 0);
    expect(held.renew(debit(0, 2, "a"), SECOND - 1)).toBe(true);
    expect(held.idleAt(SECOND)).toBe(2 * SECOND - 1);
    expect(held.remaining(SECOND)).toBe(1);
    expect(held.renew(debit(0, 2, "stranger"), SECOND)).toBe(false);
    expect(held.renew(debit(0, 3, "a"), SECOND)).toBe(false);
    expect(held.renew(debit(0, 2, "a"), 2 * SECOND - 1)).toBe(false);
    expect(held.remaining(2 * SECOND - 1)).toBe(3);
  });

  it("are neither moved by a landing, nor lowered, nor shared with strangers by what a provider says", () => {
    const held = places();
    held.take(debit(0, 1, "a"), 0);
    held.landed(debit(0, 1, "a"), 500);
    held.lower(0, 500);
    held.refused(500);
    expect(held.changing).toBe(false);
    expect(held.remaining(500)).toBe(1);
    expect(held.idleAt(500)).toBe(SECOND);
  });
});
