import { getEventListeners } from "node:events";
import { type LimitExceededError, StoreUnavailableError } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import type { Charge } from "../limits/charge.js";
import { concurrency } from "../limits/concurrency.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { truthfulSignal } from "../lock/truthful-signal.js";
import { memoryStore } from "../memory/memory-store.js";
import type { ObserveRequest, Store, TakeRequest } from "../store/store.js";
import { createLimiter, type LimiterOptions } from "./create-limiter.js";
import type { Limiter } from "./limiter.js";

const charge: Charge = { bucket: "b", limit: tokenBucket({ refillRate: 1, burst: 2 }) };
const place: Charge = { bucket: "place", limit: concurrency({ max: 1, leaseMs: 60_000 }) };

/** A limiter on a fake clock, and what its store was asked and told. */
function rig(options: Partial<LimiterOptions> = {}, over: Partial<Store> = {}) {
  const clock = createFakeClock();
  const inner = memoryStore({ clock });
  const taken: TakeRequest[] = [];
  const observed: ObserveRequest[] = [];
  const store: Store = {
    ...inner,
    take: (request) => (taken.push(request), inner.take(request)),
    observe: (request) => (observed.push(request), inner.observe(request)),
    ...over,
  };
  return { clock, taken, observed, limiter: createLimiter({ store, clock, ...options }) };
}

/** The error that a promise is refused with. */
const refusalOf = (promise: Promise<unknown>): Promise<LimitExceededError> =>
  promise.then(
    () => Promise.reject(new Error("not refused")),
    (error: unknown) => error as LimitExceededError,
  );

describe("now or no", () => {
  it("tells what is left and when all is there again, or when to come back", async () => {
    const { limiter } = rig();
    expect(await limiter.tryAcquire(charge)).toMatchObject({ kind: "allowed", remaining: 1, resetAfterMs: 1000 });
    await limiter.tryAcquire(charge);
    expect(await limiter.tryAcquire(charge)).toEqual({ kind: "delayed", retryAfterMs: 1000, bucket: "b" });
    expect(await limiter.tryAcquire({ ...charge, cost: 3 })).toEqual({ kind: "impossible", bucket: "b", burst: 2 });
  });

  it("carries a grant that can be given back", async () => {
    const { limiter } = rig();
    const decision = await limiter.tryAcquire(charge);
    if (decision.kind === "allowed") await decision.grant?.giveBack();
    expect(await limiter.peek(charge)).toEqual({ kind: "allowed", remaining: 2, resetAfterMs: 0 });
  });

  it("asks for one unit, now", async () => {
    const { limiter, taken } = rig({ provider: "p", account: "a b" });
    await limiter.tryAcquire(charge);
    expect(taken).toMatchObject([{ count: 1, group: 1, ahead: 0, withinMs: 0, peek: false, waiting: false }]);
    expect(taken[0]?.scope).toMatch(/^p:a/);
  });

  it("names every question differently", async () => {
    const { limiter, taken } = rig();
    for (let n = 0; n < 100; n += 1) await limiter.tryAcquire({ ...charge, bucket: `b${n}` });
    expect(new Set(taken.map(({ id }) => id)).size).toBe(100);
  });

  it("is no for a newcomer while others wait, with when to come back, never at once", async () => {
    const { clock, limiter } = rig();
    for (let n = 0; n < 2; n += 1) await limiter.tryAcquire(charge);
    const waiting = [limiter.acquire(charge), limiter.acquire(charge)];
    await clock.advance(400);
    expect(await limiter.tryAcquire(charge)).toEqual({
      kind: "delayed",
      retryAfterMs: expect.any(Number),
      bucket: "b",
    });
    expect(limiter.tryAcquireSync(charge).kind).toBe("delayed");
    const refused = await refusalOf(limiter.acquire(charge, { timeoutMs: 0 }));
    expect(refused.message).toContain("others wait already");
    expect(refused.retryAfterMs).toBeGreaterThanOrEqual(600);
    await clock.advance(5000);
    await Promise.all(waiting);
  });

  it("is a mistake without a promise, over a network", () => {
    const { decide: _, ...far } = memoryStore();
    const limiter = createLimiter({ store: { ...far, immediate: false } });
    expect(() => limiter.tryAcquireSync(charge)).toThrow(expect.objectContaining({ option: "store" }));
  });
});

describe("a look", () => {
  it("takes nothing, whatever it finds", async () => {
    const { limiter, taken } = rig();
    for (let n = 0; n < 2; n += 1) await limiter.tryAcquire(charge);
    expect(await limiter.peek(charge)).toEqual({ kind: "delayed", retryAfterMs: 1000, bucket: "b" });
    expect(taken.at(-1)).toMatchObject({ peek: true });
    expect(await limiter.peek({ ...charge, cost: 3 })).toEqual({ kind: "impossible", bucket: "b", burst: 2 });
    expect(await limiter.peek({ ...charge, cost: 0 })).toEqual({ kind: "allowed", remaining: 0, resetAfterMs: 2000 });
  });

  it("at a bucket that refills tells when it is full", async () => {
    const { clock, limiter } = rig();
    for (let n = 0; n < 2; n += 1) await limiter.tryAcquire(charge);
    await clock.advance(500);
    const full = { kind: "allowed", remaining: 0, resetAfterMs: 1500 };
    expect(await limiter.peek({ ...charge, cost: 0 })).toEqual(full);
    await clock.advance(500);
    expect(await limiter.peek(charge)).toEqual({ ...full, remaining: 1, resetAfterMs: 1000 });
  });

  it("at nothing is yes without asking", async () => {
    const { limiter, taken } = rig();
    expect(await limiter.peek([])).toEqual({
      kind: "allowed",
      remaining: Number.POSITIVE_INFINITY,
      resetAfterMs: 0,
    });
    expect(taken).toEqual([]);
  });
});

describe("a wait", () => {
  it("of no time is a grant or a refusal at once", async () => {
    const { clock, limiter } = rig();
    expect(await limiter.acquire(charge, { timeoutMs: 0 })).toMatchObject({ waitedMs: 0, remaining: 1, atUs: 0 });
    await limiter.acquire(charge, { timeoutMs: 0 });
    const refused = await refusalOf(limiter.acquire(charge, { timeoutMs: 0 }));
    expect(refused).toMatchObject({ code: "LIMIT_EXCEEDED", bucket: "b", retryAfterMs: 1000 });
    expect(refused.message).toContain("no time to wait");
    expect(clock.now()).toBe(0);
  });

  it("that cannot end in time is refused at once, with its time in the message", async () => {
    const { clock, limiter } = rig();
    for (let n = 0; n < 2; n += 1) await limiter.acquire(charge);
    const refused = await refusalOf(limiter.acquire(charge, { timeoutMs: 999 }));
    expect(refused.message).toContain("the wait would pass its 999 ms");
    expect(refused.retryAfterMs).toBe(1000);
    expect(clock.now()).toBe(0);
    const waiting = limiter.acquire(charge, { timeoutMs: 1001 });
    await clock.advance(1000);
    expect((await waiting).waitedMs).toBe(1000);
  });

  it("for a place ends when its time has passed, and leaves nothing behind", async () => {
    const { clock, limiter } = rig();
    const held = await limiter.acquire(place);
    const refusal = refusalOf(limiter.acquire(place, { timeoutMs: 5000 }));
    await clock.advance(5000);
    const refused = await refusal;
    expect(refused).toMatchObject({ code: "LIMIT_EXCEEDED", bucket: "place", retryAfterMs: 1 });
    expect(refused.message).toContain("5000 ms have passed");
    expect(clock.pending).toBe(0);
    await held.release();
    expect((await limiter.tryAcquire(place)).kind).toBe("allowed");
  });

  it("lasts thirty seconds unless told, or for ever", async () => {
    const { clock, limiter } = rig();
    await limiter.acquire(place);
    const refusal = refusalOf(limiter.acquire(place));
    const patient = limiter.acquire(place, { timeoutMs: Number.POSITIVE_INFINITY });
    await clock.advance(29_999);
    await clock.advance(1);
    expect((await refusal).message).toContain("30000 ms have passed");
    await clock.advance(30_001);
    expect((await patient).waitedMs).toBe(60_000);
  });

  it("of one who has given up already does not begin", async () => {
    const { limiter, taken } = rig();
    const reason = new Error("gone");
    await expect(limiter.acquire(charge, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(taken).toEqual([]);
  });

  it("of many under one signal needs one listener, and none once it is over", async () => {
    const { limiter } = rig();
    await limiter.acquire({ ...charge, cost: 2 });
    const controller = new AbortController();
    const gone = new Error("gone");
    const waiting = Array.from({ length: 50 }, () =>
      limiter.acquire(charge, { timeoutMs: 60_000, signal: controller.signal }).catch((error: unknown) => error),
    );
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(1);
    controller.abort(gone);
    expect(await Promise.all(waiting)).toEqual(Array.from({ length: 50 }, () => gone));
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });

  it.each([1, 2, 3])("under a signal that aborts as it is asked for the %d. time ends at once", async (time) => {
    const { clock, limiter } = rig();
    await limiter.acquire({ ...charge, cost: 2 });
    const controller = new AbortController();
    const reason = new Error("gone");
    let asked = 0;
    const signal = truthfulSignal(controller, () => {
      asked += 1;
      if (asked === time) controller.abort(reason);
    });
    await expect(limiter.acquire(charge, { signal, timeoutMs: Number.POSITIVE_INFINITY })).rejects.toBe(reason);
    expect([getEventListeners(signal, "abort").length, clock.pending]).toEqual([0, 0]);
  });

  it("of no time gives back what comes after its caller has given up", async () => {
    const { limiter } = rig();
    const controller = new AbortController();
    const reason = new Error("gone");
    const asked = limiter.acquire(charge, { timeoutMs: 0, signal: controller.signal });
    controller.abort(reason);
    await expect(asked).rejects.toBe(reason);
    expect(await limiter.peek(charge)).toMatchObject({ remaining: 2 });
  });

  it("for nothing is none", async () => {
    const { limiter, taken } = rig();
    expect(await limiter.acquire([])).toMatchObject({ waitedMs: 0, remaining: Number.POSITIVE_INFINITY });
    expect((await limiter.reserve([])).delayMs).toBe(0);
    await (await limiter.reserve([])).cancel();
    expect(taken).toEqual([]);
  });

  it("names provider and account in its refusal when they are given, and only then", async () => {
    const named = rig({ provider: "p", account: "a" }).limiter;
    const bare = rig().limiter;
    for (const limiter of [named, bare]) for (let n = 0; n < 2; n += 1) await limiter.acquire(charge);
    expect(await refusalOf(named.acquire(charge, { timeoutMs: 1 }))).toMatchObject({ provider: "p", account: "a" });
    expect(await refusalOf(bare.acquire(charge, { timeoutMs: 1 }))).toMatchObject({
      provider: undefined,
      account: undefined,
    });
  });

  it("is not for a cost that will never be there", async () => {
    const { limiter } = rig();
    const error = await refusalOf(limiter.acquire({ ...charge, cost: 3 }));
    expect(error).toMatchObject({ code: "CONFIG_INVALID", option: "cost", value: 3 });
    expect(error.message).toContain("from 0 to 2");
  });
});

describe("a reservation", () => {
  it("is the next slot, however far off, and can be cancelled", async () => {
    const { limiter } = rig();
    const delays = [];
    for (let n = 0; n < 4; n += 1) delays.push((await limiter.reserve(charge)).delayMs);
    expect(delays).toEqual([0, 0, 1000, 2000]);
    const last = await limiter.reserve(charge);
    await last.cancel();
    expect((await limiter.reserve(charge)).delayMs).toBe(last.delayMs);
  });

  it("beyond what is accepted is refused, and nothing is booked", async () => {
    const { limiter } = rig();
    for (let n = 0; n < 2; n += 1) await limiter.reserve(charge);
    const refused = await refusalOf(limiter.reserve(charge, { maxDelayMs: 999 }));
    expect(refused).toMatchObject({ bucket: "b", retryAfterMs: 1000 });
    expect(refused.message).toContain("beyond maxDelayMs 999");
    expect((await limiter.reserve(charge, { maxDelayMs: 1000 })).delayMs).toBe(1000);
  });
});

describe("the provider's word", () => {
  it("that says nothing, or is about nothing, does not reach the store", async () => {
    const { limiter, observed } = rig();
    await limiter.observe(charge, {});
    await limiter.observe(charge, { retryAfterMs: 0 });
    await limiter.observe([], { retryAfterMs: 5 });
    expect(observed).toEqual([]);
  });

  it("to come back later is a refusal unless it says otherwise", async () => {
    const { limiter, observed } = rig();
    await limiter.observe(charge, { retryAfterMs: 5 });
    await limiter.observe(charge, { retryAfterMs: 5, refused: false });
    await limiter.observe(charge, { refused: true });
    await limiter.observe({ ...charge, cost: 0 }, { remaining: 1 });
    expect(observed.map(({ pauseMs, remaining, refused }) => [pauseMs, remaining, refused])).toEqual([
      [5, undefined, true],
      [5, undefined, false],
      [0, undefined, true],
      [0, 1, false],
    ]);
  });

  it("holds for a day at the most", async () => {
    const { limiter, observed } = rig();
    await limiter.observe(charge, { retryAfterMs: Number.POSITIVE_INFINITY });
    expect(observed[0]?.pauseMs).toBe(86_400_000);
    await limiter.observe(charge, { remaining: 1, remainingForMs: Number.POSITIVE_INFINITY });
    expect(observed[1]).toMatchObject({ remaining: 1, remainingForMs: 86_400_000 });
  });

  it("about what is left of a window says for how long, and of one that is over says nothing", async () => {
    const { limiter, observed } = rig();
    await limiter.observe(charge, { remaining: 1, remainingForMs: 0.5 });
    await limiter.observe(charge, { remaining: 0, remainingForMs: 0 });
    await limiter.observe(charge, { remainingForMs: 50 });
    await limiter.observe(charge, { remainingForMs: 50, refused: true });
    expect(observed.map(({ remaining, remainingForMs, refused }) => [remaining, remainingForMs, refused])).toEqual([
      [1, 0.5, false],
      [undefined, undefined, true],
    ]);
  });

  it("holds those who wait, whatever becomes of the store", async () => {
    const away = (): never => {
      throw new StoreUnavailableError("away");
    };
    const { clock, limiter } = rig({}, { observe: away });
    for (let n = 0; n < 2; n += 1) await limiter.acquire(charge);
    let grantedMs = 0;
    const waiting = limiter.acquire(charge).then(() => (grantedMs = clock.now()));
    await clock.advance(10);
    await expect(limiter.observe(charge, { retryAfterMs: 3000 })).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    await clock.advance(10_000);
    await waiting;
    expect(grantedMs).toBe(3010);
  });

  it.each([
    ["refused", { refused: 1 as never }],
    ["word", null as never],
    ["remaining", { remaining: -1 }],
    ["remainingForMs", { remaining: 1, remainingForMs: -1 }],
    ["remainingForMs", { remaining: 1, remainingForMs: Number.NaN }],
    ["remainingForMs", { remainingForMs: "5" as never }],
  ])("with a bad %s is a mistake", async (option, word) => {
    await expect(rig().limiter.observe(charge, word)).rejects.toMatchObject({ option });
  });
});

describe("bad options", () => {
  it.each<[option: string, ask: (limiter: Limiter) => Promise<unknown>]>([
    ["signal", (limiter) => limiter.acquire(charge, { signal: null as never })],
    ["signal", (limiter) => limiter.acquire(charge, { signal: {} as never })],
    ["options", (limiter) => limiter.acquire(charge, 5 as never)],
    ["options", (limiter) => limiter.acquire(charge, null as never)],
    ["options", (limiter) => limiter.reserve(charge, 5 as never)],
    ["word", (limiter) => limiter.observe(charge, 5 as never)],
  ])("are refused by the name of %s before the store is asked", async (option, ask) => {
    const { limiter, taken } = rig();
    await expect(ask(limiter)).rejects.toMatchObject({ code: "CONFIG_INVALID", option });
    expect(taken).toEqual([]);
  });
});

describe("a closed limiter", () => {
  it("says so to everybody, and closes once", async () => {
    const { limiter } = rig();
    await limiter.close();
    await limiter.close();
    const closed = { code: "LIMITER_CLOSED" };
    for (const ask of [
      () => limiter.tryAcquire(charge),
      () => limiter.acquire(charge),
      () => limiter.peek(charge),
      () => limiter.inspect(charge),
      () => limiter.reserve(charge),
      () => limiter.observe(charge, { remaining: 1 }),
    ])
      await expect(ask()).rejects.toMatchObject(closed);
    expect(() => limiter.tryAcquireSync(charge)).toThrow(expect.objectContaining(closed));
  });

  it("no longer listens to its store", async () => {
    let listening = 0;
    const listen = () => {
      listening += 1;
      return () => void (listening -= 1);
    };
    const ears = { onPause: listen, onRelease: listen, onClose: listen, watchWaiters: listen };
    const { limiter } = rig({}, ears);
    expect(listening).toBe(4);
    await limiter.close();
    expect(listening).toBe(0);
  });

  it("is what those who wait hear of when the store is closed", async () => {
    let tell: (error: Error) => void = () => {};
    const onClose = (listener: (error: Error) => void) => ((tell = listener), () => {});
    const { clock, limiter } = rig({}, { onClose });
    await limiter.acquire(place);
    const refusal = refusalOf(limiter.acquire(place));
    await clock.advance(1);
    const error = new Error("the store is closed");
    tell(error);
    expect(await refusal).toBe(error);
  });
});

it("those who wait are told to the store that watches over the fleet", async () => {
  let waiters: Parameters<NonNullable<Store["watchWaiters"]>>[1] = () => [];
  const { clock, limiter } = rig({}, { watchWaiters: (_, waiting) => ((waiters = waiting), () => {}) });
  await limiter.acquire(place);
  expect(waiters()).toEqual([]);
  const waiting = [limiter.acquire(place), limiter.acquire(place)].map((one) => refusalOf(one));
  await clock.advance(1);
  expect(waiters()).toMatchObject([{ count: 2, charges: [{ bucket: "place" }] }]);
  await clock.advance(30_000);
  await Promise.all(waiting);
  expect(waiters()).toEqual([]);
});
