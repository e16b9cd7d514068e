import { createFakeClock } from "@sluice/core/testing";
import { memoryControlStore } from "@sluice/limiter";
import { describe, expect, it } from "vitest";
import { createPolicyEngine } from "../engine/create-policy-engine.js";
import { auditName } from "./decision-audit.js";

const policies = [{ name: "per-user", scope: "user" as const, windows: [{ limit: 1, per: "hour" as const }] }];

describe("refusals in the audit", () => {
  it("are written several at a time, without a name in them, and found by who knows the name", async () => {
    const clock = createFakeClock();
    const engine = createPolicyEngine({ policies, clock, auditDecisions: { flushMs: 500 } });
    for (let n = 0; n < 4; n += 1) await engine.check({ user: "alice", endpoint: "GET /a" });
    expect(await engine.audit.tail()).toEqual([]);
    await clock.advance(500);
    const [entry] = await engine.audit.tail();
    expect(entry).toMatchObject({ action: "decisions.refused", detail: { count: 3, dropped: 0 } });
    expect(JSON.stringify(entry)).not.toContain("alice");
    expect(JSON.stringify(entry)).toContain(auditName("user", "alice"));
    expect(await engine.audit.verify()).toMatchObject({ intact: true });
  });

  it("are bounded: those that do not fit are counted, and so are those that could not be written", async () => {
    const clock = createFakeClock();
    const control = memoryControlStore({ clock });
    let away = true;
    const failing = {
      ...control,
      change: ((...args) =>
        away ? Promise.reject(new Error("away")) : control.change(...args)) as typeof control.change,
    };
    const engine = createPolicyEngine({
      policies,
      clock,
      control: failing,
      auditDecisions: { maxQueued: 5, flushMs: 100 },
    });
    for (let n = 0; n < 9; n += 1) await engine.check({ user: "alice" });
    await clock.advance(100);
    expect(await engine.audit.tail()).toEqual([]);
    away = false;
    await engine.check({ user: "alice" });
    await clock.advance(100);
    expect((await engine.audit.tail())[0]).toMatchObject({ detail: { count: 1, dropped: 8 } });
  });

  it("are written at the end, and not at all unless asked for", async () => {
    const clock = createFakeClock();
    const control = memoryControlStore({ clock });
    const engine = createPolicyEngine({ policies, clock, control, auditDecisions: {} });
    for (let n = 0; n < 3; n += 1) await engine.check({ user: "alice" });
    await engine.close();
    const [entry] = await control.audit("policy:default");
    expect(entry).toMatchObject({ detail: { count: 2 } });
    const silent = createPolicyEngine({ policies, clock });
    for (let n = 0; n < 3; n += 1) await silent.check({ user: "alice" });
    await clock.advance(5_000);
    expect(await silent.audit.tail()).toEqual([]);
  });
});
