import { type RedisServer, say, startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { watchStandstill } from "@sluice/test/stalls";
import { apiKeyDigest } from "../policies/api-key-digest.js";
import type { Policy } from "../policies/policy.js";
import { createPolicyEngine } from "./create-policy-engine.js";
import type { PolicyEngine } from "./engine.js";
import type { PolicyEngineOptions } from "./options.js";

/** Nothing refills while a test runs. */
const perUser: Policy = { name: "per-user", scope: "user", windows: [{ limit: 10, per: "hour" }] };
const why = { author: "ops", reason: "a test of the switch" };
let server: RedisServer;
let count = 0;
const engines: PolicyEngine[] = [];

beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});

function twoOf(options: Partial<PolicyEngineOptions> = {}): [PolicyEngine, PolicyEngine] {
  count += 1;
  // A server that stands still for a second has not failed.
  const redis = { url: server.url, commandTimeoutMs: 5000 };
  const make = (): PolicyEngine => {
    const engine = createPolicyEngine({ name: `fleet${count}`, redis, policies: [perUser], ...options });
    engines.push(engine);
    return engine;
  };
  return [make(), make()];
}

/** Milliseconds until it is so, but for those in which the machine stood still. */
async function until(so: () => Promise<boolean>): Promise<number> {
  using standstill = watchStandstill(() => say(server, "PING"));
  const startedMs = performance.now();
  while (!(await so())) {
    if (performance.now() - startedMs > 5_000) throw new Error("it never became so");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return performance.now() - startedMs - standstill.totalMs;
}

async function allowedOf(engine: PolicyEngine, identity: object, times: number): Promise<number> {
  let allowed = 0;
  for (let n = 0; n < times; n += 1) if ((await engine.check(identity)).allowed) allowed += 1;
  return allowed;
}

describe("engines that share a Redis", () => {
  it("keep one limit together, and see each other's conduct", async () => {
    const [one, other] = twoOf();
    const user = { user: "alice" };
    expect((await allowedOf(one, user, 6)) + (await allowedOf(other, user, 20))).toBe(10);
    expect((await one.reputation.get(user)).violations).toBeGreaterThan(15.9);
    expect((await one.reputation.get(user)).rate).toBe(0.5);
    await other.reputation.reset(user);
    expect((await one.reputation.get(user)).rate).toBe(1);
  });

  it("a decision over several policies with conduct takes one round trip", async () => {
    const [one] = twoOf({
      pollMs: 60_000,
      policies: [
        perUser,
        { name: "per-ip", scope: "ip", together: true, windows: [{ limit: 50, per: "minute", burst: 5 }] },
        {
          name: "all",
          scope: "global",
          together: true,
          windows: [
            { limit: 100, per: "minute" },
            { limit: 1000, per: "hour" },
          ],
        },
        { name: "watch", scope: "ip", together: true, mode: "shadow", windows: [{ limit: 1, per: "minute" }] },
      ],
    });
    const identity = { user: "bob", ip: "192.0.2.7" };
    await one.check(identity);
    const redis = new Redis(server.url);
    const calls = async (): Promise<number> =>
      Number(/cmdstat_evalsha:calls=(\d+)/.exec(await redis.info("commandstats"))?.[1] ?? 0);
    const before = await calls();
    for (let n = 0; n < 5; n += 1) expect((await one.check(identity)).policies).toHaveLength(4);
    const own = (await calls()) - before;
    // Others, such as the signs of life, may ask in between.
    expect(own).toBeGreaterThanOrEqual(5);
    expect(own).toBeLessThanOrEqual(7);
    redis.disconnect();
  });

  it("policies, overrides, emergencies and modes hold everywhere within a second", async () => {
    const [one, other] = twoOf();
    await Promise.all([one.ready(), other.ready()]);
    const figures: string[] = [];
    const within = async (what: string, so: () => Promise<boolean>): Promise<void> => {
      const ms = await until(so);
      figures.push(`${what} ${ms.toFixed(0)} ms`);
      expect(ms).toBeLessThan(1000);
    };
    await one.policies.add({ ...perUser, name: "strict", scope: "tenant", windows: [{ limit: 1, per: "hour" }] });
    await within("policy", async () => (await other.peek({ tenant: "t" })).policy === "strict");

    await allowedOf(other, { tenant: "t" }, 2);
    const until1 = Date.now() + 60_000;
    const granted = await one.overrides.grant({ ...why, subject: { tenant: "t" }, kind: "allow", until: until1 });
    await within("override", async () => (await other.check({ tenant: "t" })).allowed);
    expect((await other.check({ tenant: "t" })).override?.id).toBe(granted.id);
    expect(await other.overrides.revoke(granted.id, why)).toBe(true);
    await within("revocation", async () => !(await one.check({ tenant: "t" })).allowed);

    await one.emergency.shadow({ ...why, forMs: 60_000 });
    await within("emergency", async () => (await other.check({ tenant: "t" })).allowed);
    expect(other.mode).toBe("shadow");
    expect(await other.emergency.end(why)).toBe(true);
    await within("its end", async () => !(await one.check({ tenant: "t" })).allowed);

    await one.setMode("disabled", why);
    await within("mode", async () => other.mode === "disabled");
    console.log(`effective in another process after: ${figures.join(", ")}`);

    const entries = await other.audit.tail();
    expect(entries.map(({ action }) => action)).toEqual([
      "policy.add",
      "override.grant",
      "override.revoke",
      "emergency.shadow",
      "emergency.end",
      "mode.set",
    ]);
    expect(await other.audit.verify()).toMatchObject({ intact: true });
  });

  it("everybody is forgiven at once, in every process", async () => {
    const [one, other] = twoOf();
    await allowedOf(one, { user: "carol" }, 40);
    expect((await other.reputation.get({ user: "carol" })).rate).toBe(0.25);
    await one.reputation.reset(undefined, why);
    await until(async () => (await other.reputation.get({ user: "carol" })).rate === 1);
  });

  it("the conduct of a key is looked at and forgiven by its digest, which nobody can send in its place", async () => {
    const perKey: Policy = { name: "per-key", scope: "apiKey", windows: [{ limit: 10, per: "minute" }] };
    const [one, other] = twoOf({ policies: [perKey] });
    const digest = apiKeyDigest("key-of-erin");
    await allowedOf(one, { apiKey: "key-of-erin" }, 40);
    expect((await other.reputation.get({ apiKey: digest })).rate).toBe(0.25);
    expect((await other.check({ apiKey: digest })).reputation?.rate).toBe(1);
    await other.reputation.reset({ apiKey: digest }, why);
    expect((await one.reputation.get({ apiKey: "key-of-erin" })).rate).toBe(1);
  });

  it("goes on with the policies it has while Redis is away, and finds what changed meanwhile", async () => {
    await using own = await startRedisServer();
    const engine = createPolicyEngine({ redis: own.url, policies: [perUser], onStoreError: "open" });
    engines.push(engine);
    await engine.check({ user: "dave" });
    await own.kill();
    const decision = await engine.check({ user: "dave" });
    expect(decision).toMatchObject({ allowed: true, policy: "per-user" });
    await expect(engine.policies.add({ ...perUser, name: "new" })).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    await until(async () => engine.copyAgeMs > 0);
  });
});

describe("an engine that draws tokens in advance", () => {
  it("decides without a promise, and two of them keep the limit together over several windows", async () => {
    const windows = [
      { limit: 60, per: "minute" as const },
      { limit: 100, per: "hour" as const },
    ];
    const [one, other] = twoOf({ policies: [{ name: "leased", scope: "user", windows }], lease: true });
    await Promise.all([one.ready(), other.ready()]);
    let here = 0;
    let allowed = 0;
    const startedMs = performance.now();
    for (let n = 0; n < 400; n += 1) {
      for (const engine of [one, other]) {
        const atOnce = engine.checkSync({ user: "alice" });
        if (atOnce !== undefined) here += 1;
        if ((atOnce ?? (await engine.check({ user: "alice" }))).allowed) allowed += 1;
      }
    }
    const tookS = (performance.now() - startedMs) / 1000;
    console.log(`${allowed} allowed of 800 at a limit of 60, ${here} decided without the store`);
    // One refills each second.
    expect(allowed).toBeLessThanOrEqual(62 + tookS);
    expect(allowed).toBeGreaterThan(30);
    expect(here).toBeGreaterThan(10);
  });
});
