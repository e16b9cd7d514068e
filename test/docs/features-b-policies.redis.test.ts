import { createFakeClock } from "@sluice/core/testing";
import type { PolicyEngine } from "@sluice/policy";
import { startRedisServer } from "@sluice/test/redis-server";
import { describe, expect, it, onTestFinished } from "vitest";
import { audited } from "../../docs/snippets/features-b-audit.js";
import { letEverybodyIn, over, twoProcesses } from "../../docs/snippets/features-b-emergency.js";
import { exceptions } from "../../docs/snippets/features-b-overrides.js";
import { rollOut } from "../../docs/snippets/features-b-policies.js";
import { conduct } from "../../docs/snippets/features-b-reputation.js";
import { watchStalls } from "../src/stalls/index.js";

describe("what the pages on policies show", () => {
  it("a policy in shadow refuses nobody and counts whom it would have refused, then it is enforced", async () => {
    const { inShadow, figures, enforced } = await rollOut();
    expect(inShadow).toEqual([true, true, true, true, true]);
    expect(figures).toMatchObject({ total: 5, allowed: 2, denied: 0, shadowDenied: 3 });
    expect(enforced).toBe("reports");
  });

  it("conduct halves a rate, a search that does not count changes nothing, and an hour forgives", async () => {
    const clock = createFakeClock();
    const { lowered, admittedAtHalf, forgiven, recovered, actions } = await conduct(clock, (ms) => clock.advance(ms));
    expect(lowered).toMatchObject({ violations: 15, bonus: 0, rate: 0.5, score: 63 });
    expect(admittedAtHalf).toBe(30);
    expect(forgiven).toMatchObject({ violations: 0, rate: 1, score: 100 });
    expect(recovered).toMatchObject({ violations: 0, rate: 1 });
    expect(actions).toEqual(["reputation.reset user/mallory", "reputation.reset everybody"]);
  });

  it("overrides multiply, replace and lift limits until they are revoked", async () => {
    const { listed, closing, partner, incident, checked, afterwards } = await exceptions();
    expect(listed).toEqual(["emergency on-call", "grant alice", "grant partner"]);
    expect([closing, partner, incident]).toEqual([50, 40, Number.POSITIVE_INFINITY]);
    expect(checked).toMatchObject({ kind: "grant", multiply: 5, reason: "month-end closing, ticket 4711" });
    expect(afterwards).toBe(10);
  });

  it("an emergency holds in every process within a second, and is over when somebody ends it", async () => {
    await using redis = await startRedisServer();
    const [one, other] = twoProcesses(redis.url);
    const stalls = watchStalls();
    onTestFinished(() => stalls[Symbol.dispose]());
    /** How long it takes, without what the machine adds. */
    const untilMode = async (engine: PolicyEngine, mode: string): Promise<number> => {
      const ownMs = (): number => performance.now() - stalls.totalMs;
      const startedMs = ownMs();
      await expect.poll(() => engine.mode, { timeout: 10_000 }).toBe(mode);
      return ownMs() - startedMs;
    };
    await other.check({ user: "alice" });
    expect(await other.check({ user: "alice" })).toMatchObject({ allowed: false });
    expect(await letEverybodyIn(one)).toBe("shadow");
    expect(await untilMode(other, "shadow")).toBeLessThan(2000);
    expect(await other.check({ user: "alice" })).toMatchObject({ allowed: true, shadowed: ["per-user"] });
    expect(await over(other)).toEqual(["shadow", "limits refuse the wrong ones, incident 7", true]);
    expect(await untilMode(one, "enforce")).toBeLessThan(2000);
    expect((await one.audit.tail()).map(({ action }) => action)).toEqual(["emergency.shadow", "emergency.end"]);
    await Promise.all([one.close(), other.close()]);
  });

  it("the audit is followed as it grows, names nobody it refused, and knows its own digest and no other", async () => {
    await using redis = await startRedisServer();
    const { followed, ofAlice, intact, noted, strange } = await audited(redis.url);
    const actions = followed.map(({ action }) => action);
    expect(actions.slice(0, 2)).toEqual(["mode.set", "mode.set"]);
    expect(followed.at(-1)).toMatchObject({ action: "decisions.refused", author: "billing-service" });
    expect(JSON.stringify(followed)).not.toContain("alice");
    expect(ofAlice.length).toBe(followed.length - 2);
    expect(intact).toMatchObject({ intact: true, entries: followed.length, trimmed: 0 });
    expect(noted).toEqual(intact);
    expect(strange).toMatchObject({ intact: false });
  });
});
