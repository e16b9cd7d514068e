import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { createLimiter } from "../limiter/create-limiter.js";
import { concurrency } from "../limits/concurrency.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { memoryLock } from "../lock/memory-lock.js";
import { memoryStore } from "../memory/memory-store.js";
import type { Pause, Store, StoreCharge, TakeReply } from "../store/store.js";
import { limiterContract } from "../testing/limiter-contract.js";
import type { CustomCharge } from "./charges.js";
import { customLimit, type CustomResult } from "./custom-limit.js";
import { memoryStates } from "./memory-states.js";
import { withCustomLimits } from "./with-custom-limits.js";

function setup() {
  const clock = createFakeClock();
  const inner = memoryStore({ clock });
  const [lock, states] = [memoryLock({ clock }), memoryStates({ clock })];
  const again = (options: { states?: typeof states; inner?: Store } = {}) =>
    withCustomLimits(options.inner ?? inner, { lock, states: options.states ?? states, clock });
  let asked = 0;
  const ask = async (
    charges: readonly (StoreCharge | CustomCharge)[],
    how: { count?: number; peek?: boolean; store?: ReturnType<typeof again> } = {},
  ): Promise<TakeReply & { units: number; waitMs: number }> => {
    asked += 1;
    const { count = 1, peek = false } = how;
    const id = `q${asked}`;
    const reply = await (how.store ?? store).take({
      scope: "s",
      charges,
      count,
      ahead: 1,
      group: 1,
      withinMs: 1e6,
      id,
      peek,
    });
    const units = reply.slots.reduce((sum, slot) => sum + slot.units, 0);
    return { ...reply, units, waitMs: (reply.nextUs - reply.nowUs) / 1000 };
  };
  const store = again();
  return { clock, inner, lock, states, store, again, ask };
}

const ofThree = customLimit({ name: "three a second", algorithm: windowRule(3, 1000) });
const three = (cost = 1, bucket = "w"): CustomCharge => ({ bucket, limit: ofThree, cost });
const plain = (burst: number, cost = 1, bucket = "p"): StoreCharge => ({
  bucket,
  limit: tokenBucket({ refillRate: 1, burst }),
  cost,
});

let last: Store = memoryStore();
const decorated = (): Store => withCustomLimits(memoryStore(), { lock: memoryLock(), states: memoryStates() });
limiterContract("a store that was taught custom limits", {
  open: () => (last = decorated()),
  openAgain: () => ({ ...last, latencyMs: 0, close: async () => {} }),
});

describe("charges under custom limits", () => {
  it("book what is free now, and say when there is more", async () => {
    const { ask, clock } = setup();
    await clock.advance(10_250);
    expect(await ask([three()], { count: 2 })).toMatchObject({ units: 2, remaining: 1, waitMs: 0, nowUs: 10_250_000 });
    expect(await ask([three()], { count: 5 })).toMatchObject({ units: 1, remaining: 0, waitMs: 750, binding: 0 });
    expect(await ask([three()])).toMatchObject({ units: 0, remaining: 0, waitMs: 750 });
    await clock.advance(750);
    expect(await ask([three(2)], { count: 2 })).toMatchObject({ units: 1, remaining: 1, waitMs: 1000 });
  });

  it("keep buckets, scopes and names of algorithms apart", async () => {
    const { ask, store } = setup();
    const other = customLimit({ name: "other", algorithm: windowRule(3, 1000) });
    expect((await ask([three(3)])).units).toBe(1);
    expect((await ask([three(3, "another")])).units).toBe(1);
    expect((await ask([{ bucket: "w", limit: other, cost: 3 }])).units).toBe(1);
    const how = { charges: [three(3)], count: 1, ahead: 0, group: 1, withinMs: 0, id: "x", peek: false };
    expect((await store.take({ ...how, scope: "elsewhere" })).slots).toHaveLength(1);
    expect((await ask([three(1)])).units).toBe(0);
  });

  it("take nothing for a look", async () => {
    const { ask } = setup();
    for (let n = 0; n < 3; n += 1)
      expect(await ask([three(), plain(5)], { peek: true, count: 2 })).toMatchObject({
        units: 2,
        remaining: 3,
        waitMs: 0,
      });
    expect((await ask([three(3)])).units).toBe(1);
    expect(await ask([three()], { peek: true })).toMatchObject({ units: 0, waitMs: 1000 });
  });

  it("say whose bucket has to be waited for, also among charges of the store below", async () => {
    const { ask } = setup();
    await ask([three(2, "b")]);
    expect(await ask([three(1, "a"), plain(9), three(2, "b")])).toMatchObject({ units: 0, binding: 2, waitMs: 1000 });
    expect(await ask([three(1, "a"), plain(2, 2), plain(9, 1, "r")])).toMatchObject({
      units: 1,
      binding: 1,
      waitMs: 2000,
    });
  });

  it("wait in line when many ask at once, and are never over the limit", async () => {
    const { ask } = setup();
    const replies = await Promise.all(Array.from({ length: 20 }, () => ask([three()])));
    expect(replies.map(({ units }) => units)).toEqual([1, 1, 1, ...Array<number>(17).fill(0)]);
  });

  it("are refused as a whole when one bucket is named twice", async () => {
    const { ask } = setup();
    await expect(ask([three(), three()])).rejects.toMatchObject({ code: "CONFIG_INVALID", option: "charges" });
  });

  it("name a cost that can never be had", async () => {
    const { ask } = setup();
    const never = customLimit({
      name: "never",
      algorithm: () => ({ state: 0, decision: { kind: "impossible" } }),
    });
    await expect(ask([{ bucket: "b", limit: never, cost: 7 }])).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      option: "cost",
      value: 7,
    });
  });
});

describe("custom and other charges together", () => {
  it("take all or none: what the store below refuses leaves the custom state as it was", async () => {
    const { ask } = setup();
    await ask([plain(2, 2)]);
    expect(await ask([three(), plain(2)])).toMatchObject({ units: 0, binding: 1, waitMs: 1000, remaining: 0 });
    expect((await ask([three()], { peek: true })).remaining).toBe(3);
  });

  it("take all or none: what the custom limit refuses leaves the store below as it was", async () => {
    const { ask } = setup();
    await ask([three(3)]);
    expect(await ask([plain(5), three()])).toMatchObject({ units: 0, binding: 1, waitMs: 1000 });
    expect((await ask([plain(5)], { peek: true })).remaining).toBe(5);
  });

  it("take as many units as both have", async () => {
    const { ask } = setup();
    expect(await ask([three(), plain(2)], { count: 5 })).toMatchObject({
      units: 2,
      remaining: 0,
      waitMs: 1000,
      binding: 1,
    });
    expect((await ask([three()], { peek: true })).remaining).toBe(1);
    expect(await ask([three(), plain(9, 1, "wide")], { count: 5 })).toMatchObject({
      units: 1,
      waitMs: 1000,
      binding: 0,
    });
    expect((await ask([plain(9, 1, "wide")], { peek: true })).remaining).toBe(8);
  });

  it("give back what the store below had booked when the state cannot be written, and fail closed", async () => {
    const { ask, again, states } = setup();
    const down = new Error("states are away");
    const store = again({ states: { ...states, save: () => Promise.reject(down) } });
    await expect(ask([three(), plain(5)], { store })).rejects.toBe(down);
    expect((await ask([three(), plain(5)], { peek: true })).remaining).toBe(3);
    expect((await ask([plain(5)], { peek: true })).remaining).toBe(5);
  });

  it("ask again when somebody wrote under a later lock, and give up when that goes on", async () => {
    const { ask, again, states } = setup();
    let refusals = 2;
    let writes = 0;
    const save: typeof states.save = (...args) => {
      writes += 1;
      return (refusals -= 1) < 0 && states.save(...args);
    };
    const store = again({ states: { ...states, save } });
    expect((await ask([three(), plain(5)], { store })).units).toBe(1);
    expect(writes).toBe(3);
    refusals = 99;
    await expect(ask([three(), plain(5)], { store })).rejects.toMatchObject({ code: "LOCK_LOST" });
    expect((await ask([plain(5)], { peek: true })).remaining).toBe(4);
    expect((await ask([three()], { peek: true })).remaining).toBe(2);
  });

  it("find out an algorithm that is not pure, and give everything back", async () => {
    const { ask } = setup();
    let calls = 0;
    const moody = customLimit({
      name: "moody",
      algorithm: () => ({
        state: 1,
        decision: (calls += 1) <= 4 ? { allowed: true } : { allowed: false, retryAfterMs: 10 },
      }),
    });
    await expect(ask([{ bucket: "m", limit: moody, cost: 1 }, plain(2)], { count: 3 })).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringMatching(/custom limit "moody" must be a pure function/) as string,
    });
    expect((await ask([plain(2)], { peek: true })).remaining).toBe(2);
  });

  it("give back, mark as landed and renew only what the store below knows", async () => {
    const { ask, store, inner } = setup();
    const place: StoreCharge = { bucket: "c", limit: concurrency({ max: 1, leaseMs: 1000 }), cost: 1 };
    const charges = [three(), place];
    const { slots } = await ask(charges);
    const request = { scope: "s", charges, id: "q1", units: [{ atUs: slots[0]?.atUs ?? 0, unit: 0 }] };
    expect(await store.renew?.(request)).toBe(true);
    expect(await store.renew?.({ ...request, charges: [three()] })).toBe(true);
    await store.landed(request);
    await store.giveBack({ ...request, charges: [three()] });
    expect((await ask(charges)).units).toBe(0);
    await store.giveBack(request);
    expect((await ask([place], { peek: true })).units).toBe(1);
    expect((await ask([three()], { peek: true })).remaining).toBe(2);
    await store.close();
    expect(inner.size).toBe(0);
  });
});

describe("a provider's pause", () => {
  it("holds custom buckets here and in other processes, and tells who listens", async () => {
    const { ask, store, again, clock } = setup();
    const heard: Pause[] = [];
    const stop = store.onPause("s", (pause) => heard.push(pause));
    await ask([three()]);
    await store.observe({ scope: "s", charges: [three(), plain(5)], pauseMs: 2500, remaining: undefined });
    expect(heard.map(({ buckets }) => buckets).toSorted()).toEqual([["p"], ["w"]]);
    const elsewhere = again();
    await clock.advance(1000);
    for (const peer of [store, elsewhere]) {
      expect(await ask([three()], { store: peer })).toMatchObject({ units: 0, waitMs: 1500, remaining: 0 });
      expect((await ask([three(1, "other")], { store: peer, peek: true })).units).toBe(1);
    }
    await clock.advance(1500);
    expect(await ask([three()], { store: elsewhere })).toMatchObject({ units: 1, remaining: 2 });
    stop();
    await store.observe({ scope: "s", charges: [three()], pauseMs: 10, remaining: undefined });
    expect(heard).toHaveLength(2);
  });

  it("holds here although the shared state cannot be written, and is no error", async () => {
    const { ask, again, lock, clock } = setup();
    await lock.acquire("custom:s", { leaseMs: 60_000 });
    const store = again();
    const observed = store.observe({ scope: "s", charges: [three()], pauseMs: 5000, remaining: 0 });
    await clock.advance(2000);
    await observed;
    expect(await ask([three()], { store, peek: true })).toMatchObject({ units: 0, waitMs: 3000 });
  });
});

describe("a store that was taught custom limits", () => {
  it("hands other questions straight on, and answers at once when the store below does", () => {
    const seen: unknown[] = [];
    const below = memoryStore();
    const spy: Store = { ...below, latencyMs: 7, take: (request) => (seen.push(request), below.take(request)) };
    const store = withCustomLimits(spy, { lock: memoryLock(), states: memoryStates() });
    const request = {
      scope: "s",
      charges: [plain(5)],
      count: 1,
      ahead: 0,
      group: 1,
      withinMs: 0,
      id: "x",
      peek: false,
    };
    expect(store.take(request)).not.toBeInstanceOf(Promise);
    expect(seen[0]).toBe(request);
    expect([store.immediate, store.latencyMs]).toEqual([true, 7]);
    const limiter = createLimiter({ store });
    expect(limiter.tryAcquireSync({ bucket: "b", limit: tokenBucket({ refillRate: 1, burst: 1 }) }).kind).toBe(
      "allowed",
    );
  });

  it("refuses custom questions within the time given while somebody sits on the lock, and takes nothing", async () => {
    const { ask, lock, clock } = setup();
    const held = await lock.acquire("custom:s", { leaseMs: 60_000 });
    const asked = ask([three(), plain(5)]).catch((error: unknown) => error);
    await clock.advance(2000);
    expect(await asked).toMatchObject({ code: "LOCK_UNAVAILABLE" });
    await held.release();
    expect((await ask([plain(5)], { peek: true })).remaining).toBe(5);
  });

  it("refuses options out of range", () => {
    const [lock, states, inner] = [memoryLock(), memoryStates(), memoryStore()];
    const wrong: [string, () => unknown][] = [
      ["inner", () => withCustomLimits({} as Store, { lock, states })],
      ["lock", () => withCustomLimits(inner, { states } as never)],
      ["states", () => withCustomLimits(inner, { lock } as never)],
      ["leaseMs", () => withCustomLimits(inner, { lock, states, leaseMs: 1 })],
      ["lockTimeoutMs", () => withCustomLimits(inner, { lock, states, lockTimeoutMs: Number.NaN })],
      ["stateTtlMs", () => withCustomLimits(inner, { lock, states, stateTtlMs: 1000 })],
    ];
    for (const [option, make] of wrong) expect(make).toThrow(expect.objectContaining({ option }));
  });
});

/** A fixed window whose windows begin at whole multiples of their length. */
function windowRule(limit: number, windowMs: number) {
  return (
    state: { readonly window: number; readonly used: number } | undefined,
    nowMs: number,
    cost: number,
  ): CustomResult<{ readonly window: number; readonly used: number }> => {
    const window = Math.floor(nowMs / windowMs);
    const used = state?.window === window ? state.used : 0;
    if (used + cost > limit) {
      const retryAfterMs = (window + 1) * windowMs - nowMs;
      return { state: { window, used }, decision: { allowed: false, retryAfterMs } };
    }
    return { state: { window, used: used + cost }, decision: { allowed: true, remaining: limit - used - cost } };
  };
}
