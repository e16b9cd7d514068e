import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { createLimiter } from "../limiter/create-limiter.js";
import type { Charge } from "../limits/charge.js";
import { concurrency } from "../limits/concurrency.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { memoryStore } from "../memory/memory-store.js";
import type { GiveBackRequest, Store, TakeReply } from "../store/store.js";
import { createLeases } from "./leases.js";

// So slow that nothing comes back while a test runs.
const slow: Charge = { bucket: "slow", limit: tokenBucket({ refillRate: 1e-4, burst: 100 }) };
const places: Charge = { bucket: "places", limit: concurrency({ max: 1, leaseMs: 60_000 }) };

/** Two limiters over a store far away, which answers when the test lets it. */
function rig(over: Partial<Store> = {}) {
  const clock = createFakeClock();
  const inner = memoryStore({ clock });
  const { decide: _decide, immediate: _immediate, ...far } = inner;
  const held: (() => void)[] = [];
  const state = { hold: false, away: false, asked: 0 };
  const returned: GiveBackRequest[] = [];
  const store: Store = {
    ...far,
    take: async (request): Promise<TakeReply> => {
      state.asked += 1;
      if (state.away) throw new Error("away");
      const reply = inner.take(request);
      if (state.hold) await new Promise<void>((answer) => held.push(answer));
      return reply;
    },
    giveBack: async (request) => {
      returned.push(request);
      if (state.away) throw new Error("away");
      await inner.giveBack(request);
    },
    ...over,
  };
  const limiter = createLimiter({ store, clock, lease: { idleMs: 1000 } });
  const other = createLimiter({ store, clock });
  const left = async (charge = slow): Promise<number> => {
    const decision = await createLimiter({ store: inner, clock }).peek({ ...charge, cost: 0 });
    return decision.kind === "allowed" ? decision.remaining : Number.NaN;
  };
  const answer = async (): Promise<void> => {
    state.hold = false;
    for (const one of held.splice(0)) one();
    await clock.advance(0);
  };
  /** A first question for twenty, and the draw that it brings about. */
  const warm = async (): Promise<number> => {
    limiter.tryAcquireSync({ ...slow, cost: 20 });
    await clock.advance(0);
    return 100 - (await left());
  };
  return { clock, inner, store, state, returned, limiter, other, left, answer, warm };
}

describe("a draw", () => {
  it("is one at a time, however many ask meanwhile", async () => {
    const { clock, state, limiter, answer } = rig();
    state.hold = true;
    for (let n = 0; n < 10; n += 1) expect(limiter.tryAcquireSync(slow).kind).toBe("delayed");
    await clock.advance(5);
    expect(limiter.tryAcquireSync(slow).kind).toBe("delayed");
    expect(state.asked).toBe(1);
    await answer();
    expect(limiter.tryAcquireSync(slow).kind).toBe("allowed");
  });

  it("that failed is tried again by whoever asks next", async () => {
    const { clock, state, limiter } = rig();
    state.away = true;
    for (let n = 1; n <= 3; n += 1) {
      expect(limiter.tryAcquireSync(slow).kind).toBe("delayed");
      await clock.advance(1);
      expect(state.asked).toBe(n);
    }
    state.away = false;
    limiter.tryAcquireSync(slow);
    await clock.advance(0);
    expect(limiter.tryAcquireSync(slow).kind).toBe("allowed");
  });

  it("that is answered when the limit has other numbers goes back", async () => {
    const { clock, state, limiter, left, answer } = rig();
    state.hold = true;
    limiter.tryAcquireSync(slow);
    await clock.advance(0);
    expect(await left()).toBeLessThan(100);
    state.hold = false;
    const wider = { ...slow, limit: tokenBucket({ refillRate: 1e-4, burst: 200 }) };
    limiter.tryAcquireSync(wider);
    await clock.advance(0);
    const drawn = 100 - (await left());
    await answer();
    expect(100 - (await left())).toBeLessThan(drawn);
  });

  it("that is answered after the end goes back", async () => {
    const { clock, state, limiter, left, answer } = rig();
    state.hold = true;
    limiter.tryAcquireSync(slow);
    await clock.advance(0);
    await limiter.close();
    expect(await left()).toBeLessThan(100);
    await answer();
    expect(await left()).toBe(100);
  });
});

describe("tokens drawn and not spent", () => {
  it("go back when their limit gets other numbers", async () => {
    const { clock, state, limiter, left, warm } = rig();
    await warm();
    expect(limiter.tryAcquireSync(slow).kind).toBe("allowed");
    state.hold = true;
    limiter.tryAcquireSync({ ...slow, limit: tokenBucket({ refillRate: 1e-4, burst: 99 }) });
    state.hold = false;
    await clock.advance(0);
    limiter.tryAcquireSync(slow);
    await clock.advance(0);
    await limiter.close();
    expect(await left()).toBeLessThanOrEqual(99);
    expect(await left()).toBeGreaterThanOrEqual(98);
  });

  it("go back at the end, as a loan that is over", async () => {
    const { limiter, left, warm, returned } = rig();
    const drawn = await warm();
    expect(drawn).toBeGreaterThan(1);
    limiter.tryAcquireSync(slow);
    await limiter.close();
    expect(await left()).toBe(99);
    expect(returned).toMatchObject([{ charges: [{ cost: drawn - 1 }], units: [{ unit: 0 }], loan: { unspent: 0 } }]);
  });

  it("go back after the idle time, ten times as long where they are a small part, and not before", async () => {
    const { clock, left, warm, limiter } = rig();
    const drawn = await warm();
    await clock.advance(600);
    limiter.tryAcquireSync(slow);
    await clock.advance(9999);
    expect(await left()).toBe(100 - drawn);
    await clock.advance(1001);
    expect(await left()).toBe(99);
    expect(clock.pending).toBe(0);
  });

  it("are lost where they cannot be given back, and nobody hears of it", async () => {
    const { clock, state, returned, limiter, left, warm } = rig();
    const drawn = await warm();
    state.away = true;
    await clock.advance(30_000);
    expect(returned.length).toBe(1);
    await limiter.close();
    expect(await left()).toBe(100 - drawn);
  });

  it("of none are not given back", async () => {
    const { returned, limiter, warm } = rig();
    const drawn = await warm();
    for (let n = 0; n < drawn; n += 1) limiter.tryAcquireSync(slow);
    await limiter.close();
    expect(returned.filter(({ loan }) => loan !== undefined && loan.unspent > 0)).toEqual([]);
    for (const { charges } of returned) expect(charges[0]?.cost).toBeGreaterThan(0);
  });

  it("are the answer for those who ask with a promise, without asking the store", async () => {
    const { state, limiter, warm } = rig();
    const drawn = await warm();
    const { asked } = state;
    expect(await limiter.tryAcquire(slow)).toMatchObject({ kind: "allowed", remaining: drawn - 1 });
    expect(await limiter.acquire({ ...slow, cost: 2 }, { timeoutMs: 0 })).toMatchObject({ remaining: drawn - 3 });
    expect(state.asked).toBe(asked);
    const same = { ...slow, limit: tokenBucket({ refillRate: 1e-4, burst: 100 }) };
    expect(await limiter.tryAcquire(same)).toMatchObject({ remaining: drawn - 4 });
    expect(state.asked).toBe(asked);
  });

  it("are no answer to a look, to several charges, to other numbers, or to more than they are", async () => {
    const { state, limiter, warm, left } = rig();
    const drawn = await warm();
    const before = state.asked;
    await limiter.peek(slow);
    await limiter.tryAcquire([slow, places]);
    await limiter.tryAcquire({ ...slow, limit: tokenBucket({ refillRate: 1e-3, burst: 100 }) });
    await limiter.tryAcquire({ ...slow, cost: drawn + 1 });
    expect(state.asked).toBe(before + 4);
    expect(await left()).toBe(100 - drawn - 1 - 1 - (drawn + 1));
  });

  it("can be put back into the pot they came from, and into no other", async () => {
    const { limiter, warm } = rig();
    await warm();
    const first = limiter.tryAcquireSync(slow);
    limiter.putBack?.(slow);
    limiter.putBack?.({ ...slow, bucket: "unknown" });
    expect(limiter.tryAcquireSync(slow)).toEqual(first);
  });

  it("are not spent once a provider has asked any process for a pause", async () => {
    const { clock, other, limiter, warm } = rig();
    await warm();
    await other.observe([slow, { ...slow, bucket: "unknown" }], { retryAfterMs: 500 });
    expect(limiter.tryAcquireSync(slow).kind).toBe("delayed");
    await clock.advance(499);
    expect(limiter.tryAcquireSync(slow).kind).toBe("delayed");
  });

  it("are not spent once the provider has said here that fewer are left", async () => {
    const { limiter, warm } = rig();
    await warm();
    await limiter.observe([slow, { ...slow, bucket: "unknown" }], { remaining: 0 });
    expect(limiter.tryAcquireSync(slow).kind).toBe("delayed");
  });
});

describe("leases in front of a store", () => {
  it("hand on what they have no part in", async () => {
    const { clock, limiter, other } = rig();
    const held = await limiter.acquire(places);
    expect(await held.renew()).toBe(true);
    const waiting = limiter.acquire(places, { timeoutMs: 5000 });
    const elsewhere = other.acquire(places, { timeoutMs: 5000 });
    await clock.advance(10);
    await held.release();
    await clock.advance(10);
    const next = await Promise.race([waiting, elsewhere]);
    await next.release();
    await clock.advance(10);
    await Promise.all([waiting, elsewhere]);
    expect(clock.now()).toBeLessThan(100);
  });

  it("tell how far away the store is, and how many share it, as it tells it", async () => {
    let [latencyMs, peers] = [7, 3];
    const clock = createFakeClock();
    const inner = memoryStore({ clock });
    const far: Store = {
      ...inner,
      get latencyMs() {
        return latencyMs;
      },
      get peers() {
        return peers;
      },
    };
    const leases = createLeases(far, "s", clock, {});
    expect([leases.latencyMs, leases.peers]).toEqual([7, 3]);
    [latencyMs, peers] = [9, 1];
    expect([leases.latencyMs, leases.peers]).toEqual([9, 1]);
    expect(createLeases(inner, "s", clock, {}).peers).toBe(1);
    const limit = tokenBucket({ refillRate: 1, burst: 1 });
    expect(leases.decide?.("s", "b", limit, 1)).toEqual({ kind: "delayed", retryAfterMs: 9, bucket: "b" });
  });

  it("renew nothing where the store cannot, hear nothing where it tells nothing, and close it when told", async () => {
    const clock = createFakeClock();
    const { renew: _renew, onRelease: _onRelease, ...inner } = memoryStore({ clock });
    let closed = 0;
    const leases = createLeases({ ...inner, close: async () => void (closed += 1) }, "s", clock, {});
    expect(leases.renew?.({ scope: "s", charges: [], id: "q", units: [] })).toBe(false);
    expect(() => leases.onRelease?.("s", () => {})()).not.toThrow();
    await leases.giveBackAll();
    expect(closed).toBe(0);
    await leases.close();
    expect(closed).toBe(1);
  });
});
