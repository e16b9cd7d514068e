import { StoreUnavailableError } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { tokenBucket } from "../limits/token-bucket.js";
import { memoryStore } from "../memory/memory-store.js";
import type { Store } from "../store/store.js";
import { createLimiter } from "./create-limiter.js";
import type { Decision } from "./decision.js";
import type { Mode } from "./limiter.js";

const charge = { bucket: "b", limit: tokenBucket({ refillRate: 1, burst: 2 }) };

function rig(mode: Mode, over: Partial<Store> = {}) {
  const clock = createFakeClock();
  const inner = memoryStore({ clock });
  let questions = 0;
  const store: Store = { ...inner, take: (request) => ((questions += 1), inner.take(request)), ...over };
  const told: Decision[] = [];
  const onShadowDecision = (_charges: unknown, decision: Decision): void => {
    told.push(decision);
    throw new Error("a listener of one's own");
  };
  const limiter = createLimiter({ store, clock, mode, onShadowDecision });
  return { clock, limiter, told, questions: () => questions };
}

describe("the mode of a limiter", () => {
  it("shadow decides and tells, but refuses nobody and keeps nobody waiting", async () => {
    const { clock, limiter, told } = rig("shadow");
    for (let n = 0; n < 2; n += 1) expect((await limiter.tryAcquire(charge)).kind).toBe("allowed");
    expect((await limiter.tryAcquire(charge)).kind).toBe("allowed");
    expect((await limiter.acquire(charge)).waitedMs).toBe(0);
    expect((await limiter.reserve(charge)).delayMs).toBe(0);
    expect(limiter.tryAcquireSync(charge).kind).toBe("allowed");
    expect(told.map(({ kind }) => kind)).toEqual(["allowed", "allowed", "delayed", "delayed", "delayed", "delayed"]);
    expect(clock.now()).toBe(0);
  });

  it("shadow lets everybody go when the store is away, and still finds mistakes", async () => {
    const away = (): never => {
      throw new StoreUnavailableError("away");
    };
    const { limiter } = rig("shadow", { take: away, immediate: false });
    expect((await limiter.tryAcquire(charge)).kind).toBe("allowed");
    await limiter.acquire(charge);
    await expect(limiter.acquire({ ...charge, cost: -1 })).rejects.toMatchObject({ option: "cost" });
  });

  it("shadow gives real grants where there are tokens: they can be given back, waited for or cancelled", async () => {
    const { limiter } = rig("shadow");
    const left = async (): Promise<unknown> => limiter.peek({ ...charge, cost: 0 });
    const decision = await limiter.tryAcquire(charge);
    if (decision.kind === "allowed") await decision.grant?.giveBack();
    await (await limiter.acquire(charge)).giveBack();
    await (await limiter.reserve(charge)).cancel();
    expect(await left()).toMatchObject({ remaining: 2 });
    const sync = limiter.tryAcquireSync(charge);
    expect(sync).toMatchObject({ kind: "allowed", remaining: 1 });
    expect(await limiter.acquire(charge)).toMatchObject({ remaining: 0 });
    expect(await limiter.acquire(charge)).toMatchObject({ remaining: Number.POSITIVE_INFINITY });
    expect(await limiter.reserve(charge)).toMatchObject({ delayMs: 0 });
    expect(limiter.tryAcquireSync(charge)).toEqual({
      kind: "allowed",
      remaining: Number.POSITIVE_INFINITY,
      resetAfterMs: 0,
    });
  });

  it("shadow gives back what comes after its caller has given up", async () => {
    const { limiter } = rig("shadow");
    const controller = new AbortController();
    const reason = new Error("gone");
    const asked = limiter.acquire(charge, { signal: controller.signal });
    controller.abort(reason);
    await expect(asked).rejects.toBe(reason);
    expect(await limiter.peek(charge)).toMatchObject({ remaining: 2 });
  });

  it("shadow tells of what was asked, and takes the provider's word", async () => {
    const clock = createFakeClock();
    const told: unknown[] = [];
    const limiter = createLimiter({
      store: memoryStore({ clock }),
      clock,
      mode: "shadow",
      onShadowDecision: (asked, { kind }) => told.push([asked, kind]),
    });
    await limiter.observe(charge, { retryAfterMs: 1000 });
    await limiter.tryAcquire(charge);
    limiter.tryAcquireSync([charge]);
    expect(told).toEqual([
      [charge, "delayed"],
      [[charge], "delayed"],
    ]);
  });

  it.each(["shadow", "disabled"] as const)("%s lets nobody go who has given up already", async (mode) => {
    const { limiter, questions } = rig(mode);
    const gone = new Error("gone");
    await expect(limiter.acquire(charge, { signal: AbortSignal.abort(gone) })).rejects.toBe(gone);
    expect(questions()).toBe(0);
  });

  it("shadow hides no fault but the store's absence", async () => {
    const fault = new Error("a fault");
    const { limiter } = rig("shadow", { take: () => Promise.reject(fault), immediate: false });
    await expect(limiter.tryAcquire(charge)).rejects.toBe(fault);
  });

  it("disabled says yes to everything", async () => {
    const { limiter } = rig("disabled");
    const yes = { kind: "allowed", remaining: Number.POSITIVE_INFINITY, resetAfterMs: 0 };
    expect(await limiter.tryAcquire({ ...charge, cost: 99 })).toEqual(yes);
    expect(limiter.tryAcquireSync({ ...charge, cost: 99 })).toEqual(yes);
    const reservation = await limiter.reserve(charge);
    expect(reservation.delayMs).toBe(0);
    await reservation.cancel();
    expect(await limiter.peek(charge)).toMatchObject({ remaining: 2 });
  });

  it("disabled does not even ask", async () => {
    const { limiter, told, questions } = rig("disabled");
    for (let n = 0; n < 5; n += 1) {
      await limiter.acquire(charge);
      await limiter.tryAcquire(charge);
      limiter.tryAcquireSync(charge);
    }
    await limiter.observe(charge, { retryAfterMs: 1000 });
    expect([questions(), told.length]).toEqual([0, 0]);
  });

  it("may be switched while it runs", async () => {
    const { limiter } = rig("enforce");
    for (let n = 0; n < 2; n += 1) await limiter.tryAcquire(charge);
    expect((await limiter.tryAcquire(charge)).kind).toBe("delayed");
    limiter.mode = "shadow";
    expect((await limiter.tryAcquire(charge)).kind).toBe("allowed");
    limiter.mode = "enforce";
    expect((await limiter.tryAcquire(charge)).kind).toBe("delayed");
    expect(limiter.mode).toBe("enforce");
  });

  it("is one of three", () => {
    expect(() => rig("off" as Mode)).toThrow(expect.objectContaining({ option: "mode" }));
    const { limiter } = rig("enforce");
    expect(() => (limiter.mode = "audit" as Mode)).toThrow(expect.objectContaining({ option: "mode" }));
  });
});
