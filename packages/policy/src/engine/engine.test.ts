import { createFakeClock, type FakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import type { Policy } from "../policies/policy.js";
import { createPolicyEngine } from "./create-policy-engine.js";
import type { PolicyDecision } from "./decision.js";
import type { PolicyEngine } from "./engine.js";
import type { PolicyEngineOptions } from "./options.js";

const MINUTE_MS = 60_000;
const why = { author: "ops", reason: "a test of the switch" };

function engineOf(options: PolicyEngineOptions = {}): { engine: PolicyEngine; clock: FakeClock } {
  const clock = createFakeClock();
  return { engine: createPolicyEngine({ policies: [], clock, ...options }), clock };
}

async function allowedOf(engine: PolicyEngine, identity: object, times: number): Promise<number> {
  let allowed = 0;
  for (let n = 0; n < times; n += 1) if ((await engine.check(identity)).allowed) allowed += 1;
  return allowed;
}

const perUser: Policy = { name: "per-user", scope: "user", windows: [{ limit: 10, per: "minute", burst: 2 }] };

describe("a decision", () => {
  it("says what decided: policy, scope, window, limit, what is left, and when to come back", async () => {
    const { engine } = engineOf({ policies: [perUser], reputation: false });
    expect(await engine.check({ user: "alice" })).toMatchObject({
      allowed: true,
      policy: "per-user",
      scope: "user",
      window: { limit: 10, windowMs: MINUTE_MS, burst: 2 },
      limit: 10,
      remaining: 11,
      retryAfterMs: 0,
      reputation: undefined,
      override: undefined,
      policies: ["per-user"],
      shadowed: [],
    });
    expect(await allowedOf(engine, { user: "alice" }, 20)).toBe(11);
    const refused = await engine.check({ user: "alice" });
    expect(refused).toMatchObject({ allowed: false, policy: "per-user", remaining: 0 });
    expect(refused.retryAfterMs).toBeCloseTo(6000, -1);
    expect(await engine.check({ user: "bob" })).toMatchObject({ allowed: true });
  });

  it("is yes, without a limit, where no policy applies", async () => {
    const { engine } = engineOf({ policies: [perUser] });
    expect(await engine.check({ ip: "192.0.2.1" })).toMatchObject({
      allowed: true,
      policy: undefined,
      limit: Number.POSITIVE_INFINITY,
      remaining: Number.POSITIVE_INFINITY,
    });
  });

  it("a cost counts as many times, 0 only looks, and one above the limit can never be", async () => {
    const { engine } = engineOf({ policies: [perUser] });
    expect(await engine.check({ user: "alice" }, { cost: 5 })).toMatchObject({ remaining: 7 });
    expect(await engine.check({ user: "alice" }, { cost: 0 })).toMatchObject({ allowed: true, remaining: 7 });
    expect(await engine.peek({ user: "alice" })).toMatchObject({ remaining: 7 });
    expect(await engine.check({ user: "alice" }, { cost: 13 })).toMatchObject({
      allowed: false,
      retryAfterMs: Number.POSITIVE_INFINITY,
    });
    await expect(engine.check({ user: "alice" }, { cost: Number.NaN })).rejects.toMatchObject({ option: "cost" });
    await expect(engine.check({ user: "alice" }, { policy: "none" })).rejects.toMatchObject({ option: "policy" });
  });

  it("all windows hold, and the first to refuse is named", async () => {
    const windows = [
      { limit: 3, per: "minute" as const },
      { limit: 5, per: "hour" as const },
    ];
    const { engine, clock } = engineOf({ policies: [{ name: "two", scope: "user", windows }], reputation: false });
    expect(await allowedOf(engine, { user: "alice" }, 9)).toBe(3);
    expect((await engine.check({ user: "alice" })).window?.windowMs).toBe(MINUTE_MS);
    await clock.advance(MINUTE_MS);
    expect(await allowedOf(engine, { user: "alice" }, 9)).toBe(2);
    expect((await engine.check({ user: "alice" })).window?.windowMs).toBe(60 * MINUTE_MS);
  });

  it("nothing is taken anywhere when one of several policies refuses", async () => {
    const { engine } = engineOf({
      policies: [
        { name: "wide", scope: "user", windows: [{ limit: 100, per: "minute" }] },
        { name: "narrow", scope: "tenant", together: true, windows: [{ limit: 1, per: "minute" }] },
      ],
    });
    expect(await allowedOf(engine, { user: "alice", tenant: "t" }, 5)).toBe(1);
    expect(await engine.peek({ user: "alice" })).toMatchObject({ policy: "wide", remaining: 99 });
  });

  it("tokens can be given back, once", async () => {
    const { engine } = engineOf({ policies: [perUser] });
    const decision = await engine.check({ user: "alice" });
    await Promise.all([decision.refund(), decision.refund()]);
    expect(await engine.peek({ user: "alice" })).toMatchObject({ remaining: 12 });
  });
});

describe("a window with a burst", () => {
  const windowed = (algorithm: Policy["algorithm"], burstStrategy: Policy["burstStrategy"]): Policy => ({
    name: "w",
    scope: "user",
    windows: [{ limit: 10, per: "minute", burst: 5 }],
    algorithm: algorithm ?? "tokenBucket",
    burstStrategy: burstStrategy ?? "fixed",
  });

  it.each(["tokenBucket", "slidingWindow", "fixedWindow", "slidingWindowCounter"] as const)(
    "under %s: limit and burst at once, and the limit alone on average",
    async (algorithm) => {
      const { engine, clock } = engineOf({ policies: [windowed(algorithm, "fixed")], reputation: false });
      let total = await allowedOf(engine, { user: "alice" }, 40);
      expect(total).toBe(15);
      for (let minute = 0; minute < 10; minute += 1) {
        for (let part = 0; part < 12; part += 1) {
          await clock.advance(5_000);
          total += await allowedOf(engine, { user: "alice" }, 3);
        }
      }
      expect(total).toBeLessThanOrEqual(15 + 10 * 10);
      expect(total).toBeGreaterThanOrEqual(90);
    },
  );

  it.each(["tokenBucket", "slidingWindow", "fixedWindow"] as const)("strict under %s: no burst", async (algorithm) => {
    const { engine } = engineOf({ policies: [windowed(algorithm, "strict")] });
    expect(await allowedOf(engine, { user: "alice" }, 40)).toBe(10);
  });

  it("adaptive: the burst is there in good standing only", async () => {
    const { engine, clock } = engineOf({
      policies: [windowed("tokenBucket", "adaptive")],
      reputation: { thresholds: [{ violations: 5, reduceBy: 0.5 }], maxBonus: 0 },
    });
    expect(await allowedOf(engine, { user: "alice" }, 20)).toBe(15);
    await clock.advance(10 * MINUTE_MS);
    expect(await allowedOf(engine, { user: "alice" }, 20)).toBe(5);
  });
});

describe("conduct", () => {
  it("violations lower the rate by steps, a day restores it, and a good day earns a bonus", async () => {
    const policies = [{ ...perUser, windows: [{ limit: 100, per: "minute" as const }] }];
    // Days pass here, and a poll takes the machine longer than a jump over a minute.
    const { engine, clock } = engineOf({ policies, pollMs: MINUTE_MS });
    const user = { user: "alice" };
    const atOnce = async (): Promise<number> => {
      await clock.advance(30 * MINUTE_MS);
      let most = 0;
      while ((await engine.peek(user)).allowed && most < 1000) {
        await engine.check(user);
        most += 1;
      }
      return most;
    };
    expect(await atOnce()).toBe(100);
    await allowedOf(engine, user, 10);
    expect(await engine.reputation.get(user)).toMatchObject({ rate: 0.5, score: 80 });
    expect(await atOnce()).toBe(50);
    await allowedOf(engine, user, 15);
    expect(await atOnce()).toBe(25);
    await allowedOf(engine, user, 30);
    expect(await atOnce()).toBe(10);
    expect(await engine.check(user)).toMatchObject({ allowed: false, reputation: { rate: 0.1, score: 0 } });
    await clock.advance(12 * 60 * MINUTE_MS);
    const { violations } = await engine.reputation.get(user);
    expect(violations).toBeGreaterThan(20);
    expect(violations).toBeLessThan(35);
    await clock.advance(12 * 60 * MINUTE_MS);
    expect(await engine.reputation.get(user)).toMatchObject({ violations: 0, rate: 1, score: 100 });
    for (let hour = 0; hour < 24; hour += 1) {
      await engine.check(user);
      await clock.advance(60 * MINUTE_MS);
    }
    expect(await engine.reputation.get(user)).toMatchObject({ bonus: expect.closeTo(0.1, 3) });
    expect(await atOnce()).toBe(110);
  });

  it("a policy's penalty multiplies; a policy in shadow, a look and a wait are no violations", async () => {
    const one = { windows: [{ limit: 1, per: "hour" as const }] };
    const { engine } = engineOf({
      policies: [
        { name: "login", scope: "endpoint", values: "POST /login", per: "user", reputation: { penalty: 5 }, ...one },
        { name: "seen", scope: "user", mode: "shadow", together: true, ...one },
      ],
    });
    const login = { user: "alice", endpoint: "POST /login" };
    await allowedOf(engine, login, 3);
    expect((await engine.reputation.get(login.user === "alice" ? { user: "alice" } : {})).violations).toBeCloseTo(10);
    await engine.peek(login);
    await expect(engine.acquire(login, { timeoutMs: 10 })).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
    await allowedOf(engine, { user: "alice" }, 3);
    expect((await engine.reputation.get({ user: "alice" })).violations).toBeCloseTo(10);
  });

  it("nobody stands worse for what others have used up", async () => {
    const { engine } = engineOf({
      policies: [
        { name: "all", scope: "global", together: true, windows: [{ limit: 2, per: "hour" }] },
        { ...perUser, together: true },
      ],
    });
    await allowedOf(engine, { user: "loud" }, 2);
    expect(await allowedOf(engine, { user: "quiet" }, 20)).toBe(0);
    expect((await engine.reputation.get({ user: "quiet" })).violations).toBe(0);
  });
});

describe("modes", () => {
  it("shadow refuses nobody and tells what it would have done; disabled does not ask", async () => {
    const { engine } = engineOf({ policies: [perUser] });
    await engine.setMode("shadow", why);
    expect(await allowedOf(engine, { user: "alice" }, 20)).toBe(20);
    expect((await engine.check({ user: "alice" })).shadowed).toEqual(["per-user"]);
    expect(engine.metrics("per-user")).toMatchObject({ total: 21, denied: 0, shadowDenied: 9 });
    await engine.setMode("disabled", why);
    expect(await engine.check({ user: "alice" })).toMatchObject({ allowed: true, policies: [], mode: "disabled" });
  });

  it("an emergency ends by itself, on the store's clock", async () => {
    const { engine, clock } = engineOf({ policies: [perUser], reputation: false });
    await allowedOf(engine, { user: "alice" }, 12);
    expect((await engine.check({ user: "alice" })).allowed).toBe(false);
    await engine.emergency.disable({ ...why, forMs: 5_000 });
    expect((await engine.check({ user: "alice" })).allowed).toBe(true);
    expect(await engine.emergency.status()).toMatchObject({ kind: "disable", author: "ops" });
    await clock.advance(5_000);
    expect((await engine.check({ user: "alice" })).allowed).toBe(false);
    expect(await engine.emergency.status()).toBeUndefined();
    await expect(engine.emergency.disable({ ...why, forMs: 1e12 })).rejects.toMatchObject({ option: "forMs" });
    await expect(engine.emergency.disable({ ...why, reason: "", forMs: 5_000 })).rejects.toMatchObject({
      option: "reason",
    });
  });
});

describe("overrides", () => {
  const untilMs = (clock: FakeClock): number => clock.wallNow() + MINUTE_MS;

  it("no limit, or another one, until the end", async () => {
    const { engine, clock } = engineOf({ policies: [perUser], reputation: false });
    await allowedOf(engine, { user: "alice" }, 12);
    await engine.overrides.grant({ ...why, subject: { user: "alice" }, kind: "emergency", until: untilMs(clock) });
    const decision = await engine.check({ user: "alice" });
    expect(decision).toMatchObject({
      allowed: true,
      override: { kind: "emergency" },
      remaining: Number.POSITIVE_INFINITY,
    });
    expect((await engine.check({ user: "bob" })).override).toBeUndefined();
    await engine.overrides.grant({
      ...why,
      subject: { user: "bob" },
      kind: "grant",
      multiply: 3,
      until: untilMs(clock),
    });
    expect(await allowedOf(engine, { user: "bob" }, 60)).toBe(36);
    await clock.advance(2 * MINUTE_MS);
    expect((await engine.check({ user: "alice" })).override).toBeUndefined();
  });
});

describe("waiting", () => {
  it("waits for its turn, and gives up early when there is none in time", async () => {
    const { engine, clock } = engineOf({ policies: [perUser] });
    await allowedOf(engine, { user: "alice" }, 12);
    const waiting = engine.acquire({ user: "alice" }, { timeoutMs: 10_000 });
    await expect(engine.acquire({ user: "alice" }, { timeoutMs: 7_000 })).rejects.toMatchObject({
      code: "LIMIT_EXCEEDED",
    });
    await clock.advance(6_100);
    expect(await waiting).toMatchObject({ allowed: true, policy: "per-user" });
    expect((await waiting).waitedMs).toBeGreaterThanOrEqual(6_000);
    const controller = new AbortController();
    const aborted = engine.acquire({ user: "alice" }, { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(aborted).rejects.toThrow("enough");
  });

  it("whoever looks on is told how it ended: what was granted with its wait, and a refusal as what refused", async () => {
    const told: PolicyDecision[] = [];
    const { engine, clock } = engineOf({
      policies: [perUser],
      onDecision: ({ decision }) => {
        told.push(decision);
      },
    });
    await allowedOf(engine, { user: "alice" }, 12);
    told.splice(0);
    const waiting = engine.acquire({ user: "alice" });
    await expect(engine.acquire({ user: "alice" }, { timeoutMs: 7_000 })).rejects.toThrow();
    expect(told).toEqual([
      expect.objectContaining({
        allowed: false,
        policy: "per-user",
        scope: "user",
        limit: 10,
        remaining: 0,
        waitedMs: 0,
      }),
    ]);
    expect(told[0]?.retryAfterMs).toBeCloseTo(12_000, -1);
    await clock.advance(6_100);
    await waiting;
    expect(told[1]).toMatchObject({ allowed: true, policy: "per-user" });
    expect(told[1]?.waitedMs).toBeGreaterThanOrEqual(6_000);
    expect(engine.metrics("per-user")).toMatchObject({
      total: 14,
      denied: 1,
      violations: { user: [{ name: "alice", count: 1 }] },
    });
    expect(told).toHaveLength(2);
  });
});

describe("policies", () => {
  it("are added, replaced, removed and listed; those of the code too", async () => {
    const { engine } = engineOf({ policies: [perUser] });
    await engine.policies.add({ ...perUser, windows: [{ limit: 1, per: "minute" }] }, why);
    expect(await allowedOf(engine, { user: "alice" }, 5)).toBe(1);
    expect(await engine.policies.get("per-user")).toMatchObject({ source: "stored", windows: [{ limit: 1 }] });
    expect(await engine.policies.remove("per-user")).toBe(true);
    expect(await engine.policies.list()).toEqual([]);
    expect(await engine.policies.remove("per-user")).toBe(false);
    await expect(engine.policies.add({ ...perUser, windows: [] })).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    expect(await allowedOf(engine, { user: "alice" }, 5)).toBe(5);
  });

  it("are exported to what can be imported, in place of all others", async () => {
    const { engine } = engineOf({ policies: [perUser] });
    await engine.policies.add({ name: "other", scope: "tenant", windows: [{ limit: 5, per: "day" }] });
    const text = await engine.policies.export();
    const { engine: second } = engineOf({ policies: [{ ...perUser, name: "gone" }] });
    await second.policies.import(text, why);
    expect((await second.policies.list()).map(({ name }) => name)).toEqual(["per-user", "other"]);
    expect(JSON.parse(await second.policies.export())).toEqual(JSON.parse(text));
    await expect(second.policies.import("{")).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });
});

describe("figures", () => {
  it("count what was decided, by policy, user, ip and endpoint", async () => {
    const { engine } = engineOf({ policies: [perUser], reputation: false });
    const identity = { user: "alice", ip: "192.0.2.1", endpoint: "GET /a" };
    await allowedOf(engine, identity, 20);
    expect(engine.metrics()).toMatchObject({ total: 20, allowed: 12, denied: 8, hitRate: 0.4 });
    expect(engine.metrics("per-user").violations).toEqual({
      user: [{ name: "alice", count: 8, error: 0 }],
      ip: [{ name: "192.0.2.1", count: 8, error: 0 }],
      endpoint: [{ name: "GET /a", count: 8, error: 0 }],
    });
    engine.resetMetrics();
    expect(engine.metrics().total).toBe(0);
  });
});

describe("breakers", () => {
  it("are held by hand, by name, until the end", async () => {
    const { engine, clock } = engineOf();
    await engine.breakers.force("github:acme", "open", { ...why, forMs: 5_000 });
    expect(engine.breakers.forced("github:acme")).toMatchObject({ state: "open", author: "ops" });
    expect(await engine.breakers.list()).toHaveLength(1);
    await clock.advance(5_000);
    expect(engine.breakers.forced("github:acme")).toBeUndefined();
    expect(await engine.breakers.release("github:acme", why)).toBe(true);
    expect((await engine.audit.tail()).map(({ action }) => action)).toEqual(["breaker.open", "breaker.release"]);
  });
});
