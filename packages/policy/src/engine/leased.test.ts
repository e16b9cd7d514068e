import { StoreUnavailableError } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { memoryStore, type Store } from "@sluice/limiter";
import { describe, expect, it } from "vitest";
import type { Policy } from "../policies/policy.js";
import { createPolicyEngine } from "./create-policy-engine.js";

const alice = { user: "alice" };
const hundred: Policy = { name: "per-user", scope: "user", windows: [{ limit: 100, per: "day" }] };

/** An engine over a store that takes a moment, as one in a network does. */
async function engineOver(policies: readonly Policy[], lease: boolean, take?: Store["take"]) {
  const clock = createFakeClock();
  const { decide: _decide, immediate: _immediate, ...rest } = memoryStore({ clock });
  const store: Store = { ...rest, take: take ?? (async (request) => rest.take(request)) };
  const engine = createPolicyEngine({ store, clock, policies, ...(lease ? { lease } : {}) });
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
