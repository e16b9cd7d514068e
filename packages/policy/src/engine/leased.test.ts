import { StoreUnavailableError } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { memoryStore, type Store } from "@sluice/limiter";
import { describe, expect, it } from "vitest";
import type { Policy } from "../policies/policy.js";
import { createPolicyEngine } from "./create-policy-engine.js";

const alice = { user: "alice" };
const hundred: Policy = { name: "per-user", scope: "user", windows: [{ limit: 100, per: "day" }] };

/** An engine over a store that takes a moment, as one in a network does. */
async function engineOver(policies: readonly Policy[], lease: boolean, take?: Store["take"], advanceMs = 50) {
  const clock = createFakeClock();
  const { decide: _decide, immediate: _immediate, ...rest } = memoryStore({ clock });
  const store: Store = { ...rest, take: take ?? (async (request) => rest.take(request)) };
  const engine = createPolicyEngine({ store, clock, policies, advanceMs, ...(lease ? { lease } : {}) });
  await engine.ready();
  return { engine, clock };
}

describe("an engine with leases", () => {
  it("gives back what was drawn in advance, once for each decision", async () => {
    const { engine, clock } = await engineOver([hundred], true);
    let here = 0;
    let allowed = 0;
    for (let n = 0; n < 400; n += 1) {
      const now = engine.checkSync(alice);
      here += now?.allowed === true ? 1 : 0;
      const decision = now ?? (await engine.check(alice));
      allowed += decision.allowed ? 1 : 0;
      await decision.refund();
      await decision.refund();
      await clock.advance(1);
    }
    expect(here).toBeGreaterThan(200);
    // All was given back, so all is there still, and a second time gave nothing.
    expect(allowed).toBe(400);
    await clock.advance(2000);
    let left = 0;
    while ((await engine.check(alice)).allowed) left += 1;
    expect(left).toBe(100);
  });
});

describe.each([
  ["drawn by a lease", true],
  ["taken along", false],
])("tokens %s", (_, lease) => {
  const wide: Policy = { name: "wide", scope: "user", windows: [{ limit: 1200, per: "minute" }] };

  it("that are refunded at once are spent by the next, one for each", async () => {
    const { engine, clock } = await engineOver([wide], lease, undefined, 1000);
    for (let n = 0; n < 100 && engine.checkSync(alice) === undefined; n += 1) {
      await engine.check(alice);
      await clock.advance(1);
    }
    const before = engine.checkSync(alice);
    await before?.refund();
    await before?.refund();
    expect(before).toBeDefined();
    expect(engine.checkSync(alice)?.remaining).toBe(before?.remaining);
  });

  it("that are refunded late do not come on top of a bucket that has refilled", async () => {
    const { engine, clock } = await engineOver([wide], lease, undefined, 1000);
    const refunds: (() => Promise<void>)[] = [];
    const allowed = async (most: number, apartMs = 0): Promise<number> => {
      for (let n = 0; n < most; n += 1) {
        const decision = engine.checkSync(alice) ?? (await engine.check(alice));
        if (!decision.allowed) return n;
        refunds.push(() => decision.refund());
        if (apartMs > 0) await clock.advance(apartMs);
      }
      return most;
    };
    expect(await allowed(500, 1)).toBe(500);
    // Until the bucket is full again; some are in hand when the others come back.
    expect(await allowed(300, 100)).toBe(300);
    for (const refund of refunds.splice(0, 500)) await refund();
    expect(await allowed(3000)).toBeLessThanOrEqual(1200);
  });
});

describe("a policy in shadow", () => {
  it("refuses nobody when the store is away, and counts nothing that it did not see", async () => {
    const seen: Policy = { ...hundred, mode: "shadow" };
    const { engine } = await engineOver([seen], false, async () => {
      throw new StoreUnavailableError("away");
    });
    expect(await engine.check(alice)).toMatchObject({ allowed: true, shadowed: [] });
    expect(engine.metrics("per-user").total).toBe(0);
  });

  it("does not hide what else goes wrong", async () => {
    const { engine } = await engineOver([{ ...hundred, mode: "shadow" }], false, async () => {
      throw new TypeError("a bug");
    });
    await expect(engine.check(alice)).rejects.toThrow("a bug");
  });
});
