import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { concurrency } from "../limits/concurrency.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { memoryStore } from "../memory/memory-store.js";
import type { Store, StoreCharge, TakeRequest } from "../store/store.js";
import { Lanes } from "./lanes.js";
import type { Refusal, Waiter } from "./waiter.js";

const limit = tokenBucket({ refillRate: 50, burst: 100 });
const place: StoreCharge = { bucket: "place", limit: concurrency({ max: 1, leaseMs: 60_000 }), cost: 1 };
const charge = (bucket: string, cost = 1): StoreCharge => ({ bucket, limit, cost });

function rig(over: Partial<Store> = {}) {
  const clock = createFakeClock();
  const inner = memoryStore({ clock });
  const asked: TakeRequest[] = [];
  const store: Store = { ...inner, take: (request) => (asked.push(request), inner.take(request)), ...over };
  let ids = 0;
  const lanes = new Lanes({ store, scope: "s", clock, nextId: () => `q${(ids += 1)}` });
  const refused: Refusal[] = [];
  let granted = 0;
  const wait = (charges: readonly StoreCharge[]): Waiter => {
    const waiter: Waiter = {
      priority: 0,
      sinceMs: clock.now(),
      deadlineMs: clock.now() + 60_000,
      grant: () => (granted += 1),
      refuse: (why) => refused.push(why),
    };
    lanes.of(charges).join(waiter);
    return waiter;
  };
  return { clock, lanes, asked, refused, wait, granted: () => granted };
}

describe("the lanes of a limiter", () => {
  it("are one for equal charges, and another for any other", () => {
    const { lanes } = rig();
    const lane = lanes.of([charge("a"), charge("b")]);
    expect(lanes.of([{ ...charge("a"), limit: { ...limit } }, charge("b")])).toBe(lane);
    const others = [
      [charge("a")],
      [charge("b"), charge("a")],
      [charge("a", 2), charge("b")],
      [{ ...charge("a"), limit: tokenBucket({ refillRate: 50, burst: 99 }) }, charge("b")],
      [charge("a"), charge("b"), charge("c")],
      [],
    ];
    const all = new Set(others.map((charges) => lanes.of(charges)));
    expect([all.size, all.has(lane)]).toEqual([others.length, false]);
  });

  it("know whether and for what somebody waits", async () => {
    const { clock, lanes, wait } = rig();
    expect([lanes.quiet, lanes.waiting(), lanes.waitingFor([place])]).toEqual([true, [], undefined]);
    wait([place]);
    await clock.advance(0);
    expect([lanes.quiet, lanes.waiting(), lanes.waitingFor([place])]).toEqual([true, [], undefined]);
    const leaving = [wait([place]), wait([place])];
    await clock.advance(0);
    lanes.of([charge("a")]);
    expect(lanes.quiet).toBe(false);
    expect(lanes.waiting()).toEqual([{ charges: [place], count: 2 }]);
    expect(lanes.waitingFor([place])).toBe(lanes.of([place]));
    expect(lanes.waitingFor([charge("a")])).toBeUndefined();
    expect(lanes.waitingFor([charge("unknown")])).toBeUndefined();
    for (const waiter of leaving) lanes.of([place]).leave(waiter);
    expect([lanes.quiet, lanes.waiting(), lanes.waitingFor([place])]).toEqual([true, [], undefined]);
  });

  it("share a bucket fairly with each other and with other processes", async () => {
    for (const [peers, counts] of [
      [1, [50, 25]],
      [2, [25, 13]],
    ] as const) {
      const { clock, asked, wait } = rig({ peers });
      for (let n = 0; n < 100; n += 1) {
        wait([charge("a")]);
        wait([charge("a", 2), charge("b")]);
      }
      await clock.advance(0);
      expect(asked.slice(0, 2).map(({ count }) => count)).toEqual(counts);
    }
  });

  it("take all there is when nobody else wants it, also after others have left", async () => {
    const { clock, lanes, asked, wait } = rig();
    const [first, second] = [wait([charge("a", 2)]), wait([charge("a", 3)])];
    lanes.of([charge("a", 2)]).leave(first);
    lanes.of([charge("a", 3)]).leave(second);
    await clock.advance(0);
    asked.splice(0);
    for (let n = 0; n < 100; n += 1) wait([charge("a")]);
    await clock.advance(0);
    expect(asked[0]?.count).toBe(100);
  });

  it("are forgotten when there are many and nobody waits in them", async () => {
    const { clock, lanes, wait } = rig();
    const idle = lanes.of([charge("idle")]);
    wait([place]);
    wait([place]);
    await clock.advance(0);
    const busy = lanes.of([place]);
    for (let n = 0; n < 254; n += 1) lanes.of([charge(`one-off ${n}`)]);
    expect(lanes.of([charge("idle")])).toBe(idle);
    lanes.of([charge("one too many")]);
    expect(lanes.of([place])).toBe(busy);
    expect(lanes.of([charge("idle")])).not.toBe(idle);
  });

  it("hold and look again where the bucket is meant, and nowhere else", async () => {
    const { clock, lanes, asked, wait, granted } = rig();
    wait([place]);
    await clock.advance(0);
    wait([place]);
    await clock.advance(0);
    asked.splice(0);
    lanes.refresh(new Set(["other"]));
    await clock.advance(1);
    expect(asked).toEqual([]);
    lanes.refresh(new Set(["place", "other"]));
    await clock.advance(1);
    expect(asked).toHaveLength(1);
    wait([charge("a")]);
    lanes.hold(new Set(["a"]), 300);
    await clock.advance(299);
    expect(granted()).toBe(1);
    await clock.advance(1);
    expect(granted()).toBe(2);
  });

  it("end all waits when they are closed, with the reason", async () => {
    const { clock, lanes, refused, wait } = rig();
    const lane = lanes.of([place]);
    for (let n = 0; n < 3; n += 1) wait([place]);
    await clock.advance(0);
    const error = new Error("closed");
    lanes.close(error);
    expect(refused).toEqual([
      { kind: "failed", error },
      { kind: "failed", error },
    ]);
    expect([lanes.quiet, clock.pending]).toEqual([true, 0]);
    expect(lanes.of([place])).not.toBe(lane);
  });
});
