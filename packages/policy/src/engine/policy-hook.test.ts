import { createCall, createHookChain } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import type { Policy } from "../policies/policy.js";
import { createPolicyEngine } from "./create-policy-engine.js";
import { policyHook, type PolicyHookOptions } from "./policy-hook.js";

const policies: readonly Policy[] = [
  { name: "tenants", scope: "tenant", windows: [{ limit: 2, per: "second" }] },
  { name: "interns", scope: "role", values: "intern", per: "role", windows: [{ limit: 1, per: "minute" }] },
  {
    name: "posting",
    scope: "endpoint",
    values: "/slack/chat.*",
    per: "tenant",
    windows: [{ limit: 1, per: "minute" }],
  },
];

function rig(options: PolicyHookOptions = {}) {
  const clock = createFakeClock();
  const engine = createPolicyEngine({ policies, clock, reputation: false });
  const chain = createHookChain({ hooks: [policyHook(engine, { clock, ...options })] });
  const call = (operation: string, caller: object, deadlineMs = Number.POSITIVE_INFINITY) => {
    const one = createCall({ provider: "slack", account: "acme", operation, caller, deadlineMs });
    return { one, done: chain.run("call", one, async () => "done") };
  };
  return { clock, engine, call };
}

describe("a hook of policies", () => {
  it("limits how much of a provider's quota a tenant may use, whatever the others do", async () => {
    const { clock, call } = rig();
    for (let n = 0; n < 2; n += 1) await call("users.list", { tenant: "a" }).done;
    const third = call("users.list", { tenant: "a" });
    let settled = false;
    void third.done.then(() => (settled = true));
    expect(await call("users.list", { tenant: "b" }).done).toBe("done");
    await clock.advance(400);
    expect(settled).toBe(false);
    await clock.advance(200);
    expect(await third.done).toBe("done");
    expect(third.one.progress.waitedMs).toBeGreaterThanOrEqual(499);
  });

  it("takes a namespace for a tenant, heeds roles and operations, and lets others go", async () => {
    const { engine, call } = rig({ when: "refuse" });
    await call("chat.postMessage", { namespace: "a" }).done;
    await expect(call("chat.postMessage", { namespace: "a" }).done).rejects.toMatchObject({
      code: "LIMIT_EXCEEDED",
      provider: "slack",
      account: "acme",
    });
    await call("users.list", { role: "intern" }).done;
    await expect(call("users.list", { role: "intern" }).done).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
    for (let n = 0; n < 5; n += 1) expect(await call("users.list", {}).done).toBe("done");
    expect(engine.metrics().denied).toBe(2);
  });

  it("says no early when the wait would outlast the call", async () => {
    const { clock, call } = rig();
    await call("chat.postMessage", { tenant: "a" }).done;
    await expect(call("chat.postMessage", { tenant: "a" }, clock.now() + 5_000).done).rejects.toMatchObject({
      code: "LIMIT_EXCEEDED",
    });
  });
});
