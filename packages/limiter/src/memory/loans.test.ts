import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { tokenBucket } from "../limits/token-bucket.js";
import { slidingWindow } from "../limits/windows.js";
import type { TakeReply } from "../store/store.js";
import { memoryStore } from "./memory-store.js";

const limit = tokenBucket({ refillRate: 1, burst: 10 });

function rig() {
  const clock = createFakeClock();
  const store = memoryStore({ clock });
  const charges = [{ bucket: "b", limit, cost: 1 }];
  const take = (how: { holder?: string; unspent?: number; count?: number; peek?: boolean } = {}): TakeReply => {
    const { holder, unspent = 0, count = 1, peek = false } = how;
    const loan = holder === undefined ? {} : { loan: { holder, unspent, leaseMs: 500.0004 } };
    const question = { scope: "s", charges, count, ahead: 0, group: 1, withinMs: 0, id: "q", peek, ...loan };
    return store.take(question) as TakeReply;
  };
  const drawn = (how: Parameters<typeof take>[0]): number => take(how).slots.reduce((sum, { units }) => sum + units, 0);
  const left = (): number => take({ peek: true }).remaining;
  const giveBack = (holder: string, tokens: number): unknown =>
    store.giveBack({
      scope: "s",
      charges,
      id: "q",
      units: Array.from({ length: tokens }, (_, unit) => ({ atUs: 0, unit })),
      loan: { holder, unspent: 0, leaseMs: 500 },
    });
  return { clock, store, take, drawn, left, giveBack };
}

describe("a loan from a memory store", () => {
  it("leaves half of the burst to the others", () => {
    const { drawn, left } = rig();
    expect(drawn({ holder: "one", count: 10 })).toBe(5);
    expect(left()).toBe(5);
    expect(drawn({ holder: "two", count: 10 })).toBe(0);
    expect(drawn({ count: 10 })).toBe(5);
  });

  it("counts what its holder has not spent", () => {
    const { drawn } = rig();
    expect(drawn({ holder: "one", count: 2 })).toBe(2);
    expect(drawn({ holder: "one", count: 10, unspent: 2 })).toBe(3);
    expect(drawn({ holder: "one", count: 10, unspent: 5 })).toBe(0);
    expect(drawn({ holder: "one", count: 10, unspent: 7 })).toBe(0);
    expect(drawn({ holder: "one", count: 10, unspent: 4 })).toBe(1);
  });

  it("lowers the brim until its lease has passed, to the microsecond above", async () => {
    const { clock, drawn, left } = rig();
    drawn({ holder: "one", count: 5 });
    await clock.advance(500);
    // Half a token has come back, and nobody else may draw: all that may be lent is out still.
    expect(drawn({ holder: "two", count: 5 })).toBe(0);
    await clock.advance(0.001);
    expect(drawn({ holder: "two", count: 5 })).toBe(5);
    await clock.advance(60_000);
    expect(left()).toBe(10);
  });

  it("is over when it is given back, and what was not spent is there again", () => {
    const { drawn, left, giveBack } = rig();
    drawn({ holder: "one", count: 5 });
    giveBack("one", 3);
    expect(left()).toBe(8);
    expect(drawn({ holder: "two", count: 10 })).toBe(5);
  });

  it("is none of a bucket that lends nothing", () => {
    const { store } = rig();
    const charges = [{ bucket: "w", limit: slidingWindow({ limit: 5, windowMs: 1000 }), cost: 1 }];
    const how = { count: 3, ahead: 0, group: 1, withinMs: 0, id: "q", peek: false };
    const loan = { holder: "one", unspent: 0, leaseMs: 500 };
    expect(store.take({ scope: "s", charges, ...how, loan })).toMatchObject({ slots: [], remaining: 5 });
    store.giveBack({ scope: "s", charges, id: "q", units: [{ atUs: 0, unit: 0 }], loan });
    expect(store.take({ scope: "s", charges, ...how })).toMatchObject({ remaining: 2 });
  });
});
