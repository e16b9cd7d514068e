import { createFakeClock } from "@sluice/core/testing";
import { createPolicyEngine, type Policy, type PolicyDecision } from "@sluice/policy";
import { describe, expect, it, vi } from "vitest";
import { viewOf } from "../testing/view.test-support.js";
import { createRateLimitGate } from "./rate-limit-gate.js";
import type { Passage } from "./request-view.js";

const one: Policy = { name: "one", scope: "global", windows: [{ limit: 1, per: "hour" }] };
const why = { reason: "looking on", author: "test" };

describe("a gate in shadow", () => {
  it("lets a request go on before it knows, and tells what would have been", async () => {
    const seen: PolicyDecision[] = [];
    let known: (identity: object) => void = () => {};
    const identify = (): Promise<object> => new Promise((resolve) => (known = resolve));
    const gate = createRateLimitGate({
      policies: [one],
      mode: "shadow",
      cost: 2,
      identify,
      onDecision: (decision) => seen.push(decision),
    });
    expect(gate.enter(viewOf("/"))).toMatchObject({ kind: "on", headers: {}, ended: undefined });
    known({});
    await vi.waitFor(() => expect(seen.map(({ allowed, policy }) => [allowed, policy])).toEqual([[false, "one"]]));
    await gate.close();
  });

  it("gives back what a failed request took, whichever of the two ends first", async () => {
    for (const late of [false, true]) {
      const seen: number[] = [];
      let known: (identity: object) => void = () => {};
      const gate = createRateLimitGate({
        policies: [one],
        mode: "shadow",
        refund: "failed",
        identify: () => new Promise<object>((resolve) => (known = resolve)),
        onDecision: ({ remaining }) => seen.push(remaining),
      });
      const entered = (await gate.enter(viewOf("/"))) as Passage & { readonly kind: "on" };
      if (late) entered.ended?.({ status: 500, aborted: false });
      known({});
      await vi.waitFor(() => expect(seen).toHaveLength(1));
      if (!late) entered.ended?.({ status: 500, aborted: false });
      await vi.waitFor(async () => expect((await gate.engine.peek({})).remaining).toBe(1));
      await gate.close();
    }
  });

  it("is one while the engine is, by its mode or in an emergency", async () => {
    const clock = createFakeClock();
    const engine = createPolicyEngine({ policies: [one], clock });
    const gate = createRateLimitGate({ engine, cost: 2 });
    const kind = async (): Promise<string> => (await gate.enter(viewOf("/"))).kind;
    expect(await kind()).toBe("answer");
    await engine.setMode("shadow", why);
    expect(await kind()).toBe("on");
    await engine.setMode("enforce", why);
    await engine.emergency.shadow({ ...why, forMs: 1000 });
    expect(await kind()).toBe("on");
    await clock.advance(1001);
    expect(await kind()).toBe("answer");
    await engine.close();
  });
});
