import { describe, expect, it } from "vitest";
import { tokenBucket } from "../limits/token-bucket.js";
import type { TakeReply } from "../store/store.js";
import { resolveLease } from "./options.js";
import { hardlyNoticed, Pot } from "./pot.js";
import { Returns } from "./returns.js";

/** A pot of a bucket with so many tokens, 100 a second, for somebody who came first at `sinceMs`. */
function potOf({ burst = 200, nowMs = 0, sinceMs, maxTokens = 1e6 }: Had = {}): Pot {
  return new Pot(tokenBucket({ refillRate: 100, burst }), resolveLease({ maxTokens }), nowMs, sinceMs ?? nowMs);
}

interface Had {
  readonly burst?: number;
  readonly nowMs?: number;
  readonly sinceMs?: number;
  readonly maxTokens?: number;
}

const reply = (units: number, more: Partial<TakeReply> = {}): TakeReply => ({
  nowUs: 0,
  slots: units === 0 ? [] : [{ atUs: 0, units }],
  nextUs: 0,
  binding: 0,
  remaining: 199,
  idleUs: 0,
  ...more,
});

describe("a pot of drawn tokens", () => {
  it("is empty until tokens are drawn, and is spent to the last", () => {
    const pot = potOf();
    expect(pot.spend(1, 0)).toBe(false);
    pot.drawing = true;
    pot.drawn(reply(3, { slots: [{ atUs: 7, units: 3 }], nowUs: 9 }), 0);
    expect(pot).toMatchObject({ tokens: 3, drawing: false, atUs: 7 });
    expect([pot.spend(2, 1), pot.spend(2, 2), pot.spend(1, 3), pot.spend(1, 4)]).toEqual([true, false, true, false]);
    expect(pot.usedMs).toBe(4);
    pot.unspend(2, 0);
    expect(pot.tokens).toBe(2);
  });

  it("takes back what was spent, but what has refilled since", () => {
    const pot = potOf();
    pot.drawn(reply(10), 0);
    expect(pot.spend(10, 1)).toBe(true);
    // 100 a second.
    for (const [cost, agoMs] of [
      [1, 5],
      [1, 10],
      [1, 5000],
    ] as const)
      pot.unspend(cost, agoMs);
    expect(pot.tokens).toBe(0);
    pot.unspend(7, 25);
    expect(pot.tokens).toBe(5);
  });

  it("adds what is drawn to what is left", () => {
    const pot = potOf();
    pot.drawn(reply(3), 0);
    pot.drawn(reply(4), 1);
    expect(pot.tokens).toBe(7);
  });

  it("is not trusted 0.9 s after the draw, for the lease may have ended", () => {
    const pot = potOf({ nowMs: 100, sinceMs: 0 });
    pot.wanted(1, 1, 100, 50);
    pot.drawn(reply(3), 100);
    expect(pot.leaseMs).toBe(1000);
    expect(pot.spend(1, 1000)).toBe(true);
    expect(pot.spend(1, 1001)).toBe(false);
    expect(pot.tokens).toBe(0);
  });

  it("has to be renewed half a second after the draw, if there is anything in it", () => {
    const pot = potOf({ nowMs: 100, sinceMs: 0 });
    pot.wanted(1, 1, 100, 50);
    pot.drawn(reply(1), 100);
    expect([pot.old(600), pot.old(601)]).toEqual([false, true]);
    pot.spend(1, 601);
    expect(pot.old(601)).toBe(false);
  });

  it("lasts ten times as long where it takes next to nothing, from the draw on", () => {
    const pot = potOf();
    pot.wanted(1, 1, 0, 50);
    expect([pot.leaseMs, pot.idleMs]).toEqual([10_000, 250]);
    pot.drawn(reply(3), 0);
    expect(pot.idleMs).toBe(2500);
    expect([pot.old(5000), pot.old(5001)]).toEqual([false, true]);
    expect([pot.spend(1, 9000), pot.spend(1, 9001)]).toEqual([true, false]);
  });

  it("is low when less than half of it is left", () => {
    const pot = potOf({ nowMs: 200, sinceMs: 0 });
    expect(pot.wanted(1, 1, 200, 50)).toBe(5);
    pot.drawn(reply(5), 200);
    const low = [1, 2, 3].map(() => {
      pot.spend(1, 200);
      return pot.low;
    });
    expect(low).toEqual([false, false, true]);
  });

  it("waits for tokens that are booked, and has them when they are due", () => {
    const pot = potOf();
    pot.drawn(reply(0, { nowUs: 1000, nextUs: 1_001_000, slots: [{ atUs: 201_000, units: 5 }] }), 10);
    expect([pot.expecting, pot.hopedMs, pot.tokens]).toEqual([true, 210, 0]);
    expect([pot.spend(1, 209), pot.spend(1, 210)]).toEqual([false, true]);
    expect([pot.expecting, pot.tokens]).toEqual([false, 4]);
  });

  it("asks again in time to book the next tokens 400 ms ahead", () => {
    const pot = potOf();
    pot.drawn(reply(0, { nowUs: 1000, nextUs: 1_001_000 }), 10);
    expect([pot.nextMs, pot.hopedMs]).toEqual([610, 610]);
    pot.drawn(reply(0, { nowUs: 1000, nextUs: 301_000 }), 20);
    expect(pot.nextMs).toBe(20);
  });

  it("is emptied of what is there and what is to come, once", () => {
    const pot = potOf();
    pot.drawn(
      reply(0, {
        slots: [
          { atUs: 0, units: 2 },
          { atUs: 90_000, units: 3 },
        ],
      }),
      0,
    );
    expect(pot.empty(89)).toEqual({ tokens: 2, coming: { tokens: 3, dueMs: 90, atUs: 90_000 } });
    expect(pot.empty(90)).toEqual({ tokens: 0, coming: undefined });
    pot.drawn(reply(0, { slots: [{ atUs: 90_000, units: 3 }] }), 0);
    expect(pot.empty(90)).toEqual({ tokens: 3, coming: undefined });
  });
});

describe("how much is drawn", () => {
  it("is one token for who is new, or what the call costs, up to the burst", () => {
    expect([1, 7, 500].map((cost) => potOf().wanted(cost, 1, 0, 50))).toEqual([1, 7, 200]);
  });

  it("is what lasts as long as asked for at the rate of spending", () => {
    // Two within 10 ms, so 0.2 a millisecond.
    expect(potOf({ nowMs: 10, sinceMs: 0 }).wanted(1, 1, 10, 50)).toBe(10);
    expect(potOf({ nowMs: 10, sinceMs: 9 }).wanted(1, 1, 10, 50)).toBe(10);
    expect(potOf({ nowMs: 100, sinceMs: 0 }).wanted(1, 1, 100, 150)).toBe(3);
  });

  it("lasts half a second where that leaves plenty to the others, five where it leaves very much", () => {
    expect(potOf({ nowMs: 200, sinceMs: 0 }).wanted(1, 1, 200, 50)).toBe(5);
    expect(potOf({ nowMs: 200, sinceMs: 0 }).wanted(1, 2, 200, 50)).toBe(1);
    const wide = potOf({ burst: 20_000, nowMs: 200, sinceMs: 0 });
    expect(wide.wanted(1, 1, 200, 50)).toBe(50);
    expect(wide.leaseMs).toBe(10_000);
  });

  it("is twice as much when the last draw did not last, less what is in hand", () => {
    const pot = potOf();
    pot.wanted(1, 1, 0, 50);
    pot.drawn(reply(1), 0);
    pot.spend(1, 1);
    expect(pot.wanted(1, 1, 40, 50)).toBe(2);
    pot.drawn(reply(2), 40);
    pot.spend(1, 41);
    expect(pot.wanted(1, 1, 85, 50)).toBe(3);
  });

  it("is one again when nothing of the last draw was spent", () => {
    const pot = potOf({ nowMs: 10, sinceMs: 0 });
    expect(pot.wanted(1, 1, 10, 50)).toBe(10);
    pot.drawn(reply(0), 10);
    expect(pot.wanted(1, 1, 20, 50)).toBe(1);
  });

  it("does not count what was put back as spent", () => {
    const pot = potOf();
    pot.drawn(reply(1), 0);
    pot.spend(1, 1);
    pot.unspend(1, 0);
    pot.spend(1, 2);
    // One within 10 ms, so five within 50.
    expect(pot.wanted(1, 1, 10, 50)).toBe(5);
  });

  it("is no more than allowed, nor than a process's part of half the burst, or of what is left", () => {
    const busy = (more: Had = {}): Pot => potOf({ nowMs: 10, sinceMs: 0, ...more });
    expect(busy({ maxTokens: 3 }).wanted(1, 1, 10, 1000)).toBe(3);
    expect(busy().wanted(1, 1, 10, 1000)).toBe(100);
    expect(busy().wanted(1, 2, 10, 1000)).toBe(50);
    const scarce = (peers: number): number => {
      const pot = potOf();
      pot.drawn(reply(1, { remaining: 4 }), 0);
      pot.spend(1, 1);
      return pot.wanted(1, peers, 2, 1000);
    };
    // Of four tokens left, what drips in while they are spent is more.
    expect([scarce(1), scarce(2), scarce(5)]).toEqual([5, 3, 1]);
  });
});

it("a limit hardly notices who would take less than a 320th of it, were he always here", () => {
  expect([640, 641].map((refillRate) => hardlyNoticed(tokenBucket({ refillRate }), 1000, 1))).toEqual([false, true]);
  expect([1280, 1281].map((refillRate) => hardlyNoticed(tokenBucket({ refillRate }), 1000, 2))).toEqual([false, true]);
});

describe("those who return", () => {
  it("are known by when they came first, once, if they were not away for too long", () => {
    const returns = new Returns(10, 1000);
    expect(returns.since("a", 0, 5)).toBeUndefined();
    expect(returns.since("a", 5, 5)).toBeUndefined();
    expect(returns.since("a", 6, 5)).toBe(0);
    expect(returns.since("a", 7, 5)).toBeUndefined();
    expect(returns.since("a", 1007, 5)).toBe(7);
    expect(returns.since("b", 0, 5)).toBeUndefined();
    expect(returns.since("b", 1001, 5)).toBeUndefined();
    expect(returns.since("b", 1100, 5)).toBe(1001);
  });

  it("are not back as long as it is the same visit, whenever that began", () => {
    const returns = new Returns(10, 1000);
    for (const nowMs of [100, 140, 150]) expect(returns.since("a", nowMs, 50)).toBeUndefined();
    expect(returns.since("a", 151, 50)).toBe(100);
  });

  it("are all new again when there are too many", () => {
    const returns = new Returns(2, 1000);
    for (const name of ["a", "b"]) returns.since(name, 0, 5);
    expect(returns.since("a", 10, 5)).toBe(0);
    for (const name of ["a", "c"]) expect(returns.since(name, 20, 5)).toBeUndefined();
    expect(returns.since("b", 30, 5)).toBeUndefined();
    expect(returns.since("c", 40, 5)).toBe(20);
  });
});

describe("lease options", () => {
  it("have defaults", () => {
    expect(resolveLease({})).toEqual({ aheadMs: 50, idleMs: 250, maxTokens: 1e6, returningOnly: false });
  });

  it.each([
    ["aheadMs", [1, 1000], [0.5, 1001, Number.NaN]],
    ["idleMs", [10, 60_000], [9, 60_001]],
    ["maxTokens", [1, 1e9], [0, 1.5, 1e9 + 1]],
    ["returningOnly", [true, false], ["yes", 1]],
  ])("%s are accepted within their range, and refused by name outside", (name, good, bad) => {
    for (const value of good) expect(resolveLease({ [name]: value })).toMatchObject({ [name]: value });
    for (const value of bad)
      expect(() => resolveLease({ [name]: value })).toThrow(expect.objectContaining({ option: `lease.${name}` }));
  });
});
