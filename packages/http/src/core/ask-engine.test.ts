import { createPolicyEngine, type Policy, type PolicyEngine } from "@sluice/policy";
import { describe, expect, it, vi } from "vitest";
import { createAskEngine } from "./ask-engine.js";

const many: Policy = { name: "many", scope: "user", windows: [{ limit: 1000, per: "day" }] };
const alice = { user: "alice" };

describe("an engine that is asked", () => {
  it("answers at once where it knows, and takes one token for each answer either way", async () => {
    const engine = createPolicyEngine({ policies: [many] });
    const ask = createAskEngine(engine);
    expect(ask(alice, {})).toBeInstanceOf(Promise);
    await engine.ready();
    const left: number[] = [];
    for (let n = 0; n < 5; n += 1) left.push((await ask(alice, {})).remaining);
    expect(left).toEqual([998, 997, 996, 995, 994]);
    expect(ask(alice, {})).toMatchObject({ allowed: true, remaining: 993 });
    await engine.close();
  });

  it("is not asked in vain for every request where a store has to be asked", async () => {
    const engine = createPolicyEngine({ policies: [many] });
    const checkSync = vi.fn<PolicyEngine["checkSync"]>(() => undefined);
    const ask = createAskEngine({ check: engine.check, checkSync });
    for (let n = 0; n < 1000; n += 1) await ask(alice, {});
    expect(checkSync.mock.calls.length).toBeLessThan(12);
    expect((await engine.peek(alice)).remaining).toBe(0);
    await engine.close();
  });
});
