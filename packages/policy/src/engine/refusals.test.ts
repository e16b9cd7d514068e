import { createFakeClock } from "@sluice/core/testing";
import { type LeaseOptions, memoryStore, type Store } from "@sluice/limiter";
import { describe, expect, it } from "vitest";
import { createPolicyEngine } from "./create-policy-engine.js";

const alice = { user: "alice" };

/** An engine with leases over a store that takes a moment, as one in a network does. */
async function leased(limit: number, per: "second" | "minute", lease: true | LeaseOptions = true) {
  const clock = createFakeClock();
  const { decide: _decide, immediate: _immediate, ...rest } = memoryStore({ clock });
  let asked = 0;
  const store: Store = {
    ...rest,
    take: async (request) => {
      asked += 1;
      return rest.take(request);
    },
  };
  const policies = [{ name: "per-user", scope: "user" as const, windows: [{ limit, per }] }];
  const engine = createPolicyEngine({ store, clock, policies, lease });
  await engine.ready();
  const drain = async (): Promise<void> => {
    while ((await engine.check(alice)).allowed);
  };
  return { engine, clock, drain, asked: () => asked };
}

describe("a refusal under leases", () => {
  it("is repeated here until tokens may be there again, with what is left to wait, and counted each time", async () => {
    const { engine, clock, drain, asked } = await leased(60, "minute");
    await drain();
    engine.resetMetrics();
    await clock.advance(501);
    const refused = await engine.check(alice);
    expect(refused).toMatchObject({ allowed: false, policy: "per-user", remaining: 0 });
    const before = asked();
    for (let n = 0; n < 200; n += 1) {
      const again = engine.checkSync(alice);
      expect(again).toMatchObject({ allowed: false, policy: "per-user", limit: 60 });
      expect(again?.retryAfterMs).toBeLessThanOrEqual(refused.retryAfterMs);
      await clock.advance(1);
    }
    // Draws of tokens that are due soon, and no question for each refusal.
    expect(asked() - before).toBeLessThan(5);
    expect(engine.metrics("per-user").denied).toBe(201);
    const last = engine.checkSync(alice);
    expect(last?.retryAfterMs).toBeCloseTo(refused.retryAfterMs - 200, 0);
  });

  it("is asked about again after half a second, for what others gave back", async () => {
    const { engine, clock, drain } = await leased(2, "minute");
    const first = await engine.check(alice);
    await drain();
    expect(engine.checkSync(alice)).toMatchObject({ allowed: false });
    await first.refund();
    expect(engine.checkSync(alice)).toMatchObject({ allowed: false });
    await clock.advance(500);
    expect(engine.checkSync(alice)).toBeUndefined();
    expect(await engine.check(alice)).toMatchObject({ allowed: true });
  });

  it("never outlasts the wait it named: nobody is refused who could be let through", async () => {
    const { engine, clock, drain } = await leased(10, "second", { idleMs: 10 });
    await drain();
    const { retryAfterMs } = await engine.check(alice);
    expect(retryAfterMs).toBeGreaterThan(0);
    await clock.advance(retryAfterMs + 1);
    expect((await engine.check(alice)).allowed).toBe(true);
  });

  it("is about one caller, and one cost", async () => {
    const { engine, drain } = await leased(10, "minute");
    await drain();
    expect(engine.checkSync(alice)).toMatchObject({ allowed: false });
    expect(await engine.check({ user: "bob" }, { cost: 10 })).toMatchObject({ allowed: true });
    expect(await engine.check({ user: "bob" })).toMatchObject({ allowed: false });
    expect(await engine.check({ user: "carol" })).toMatchObject({ allowed: true });
  });
});
