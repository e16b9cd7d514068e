import { createPolicyEngine, type Policy } from "@sluice/policy";
import { type SlackSimulator, startSlackSimulator } from "@sluice/simulators";
import { createSlackApi, type SlackApi, type SlackFactoryOptions } from "@sluice/slack";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { Registry } from "prom-client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { clientsOf, enforce, watching } from "../../docs/snippets/operations-roll-out.js";

let redis: RedisServer;
let slack: SlackSimulator;
beforeAll(async () => {
  redis = await startRedisServer();
});
afterAll(() => redis.stop());
// Of their own for each test: the provider counts by workspace, whatever the client is called.
beforeEach(async () => {
  slack = await startSlackSimulator({ limits: { "users.list": 4 } });
});
afterEach(() => slack.close());

const sdk = () => ({ slackApiUrl: slack.url, registry: new Registry() });
// Long enough for an answer, and too short for the next token.
const options = (): SlackFactoryOptions => ({ ...sdk(), redis: redis.url, env: {}, retry: false, timeoutMs: 5000 });
const within = { timeout: 10_000 };

/** The sum of a metric's samples with these labels. */
async function sum(registry: Registry, name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
  const { values } = (await registry.getSingleMetric(name)?.get()) ?? { values: [] };
  return values
    .filter((one) => Object.entries(labels).every(([label, value]) => one.labels[label] === value))
    .reduce((all, { value }) => all + value, 0);
}

/** Codes of what failed among so many calls made one after the other. */
async function call(api: SlackApi, times: number): Promise<readonly unknown[]> {
  const failed: unknown[] = [];
  for (let n = 0; n < times; n += 1)
    await api.users.list({}).catch((error: unknown) => failed.push((error as { code?: unknown }).code));
  return failed;
}

describe("outgoing calls, stage by stage", () => {
  it("are measured by the plain constructor", async () => {
    const registry = new Registry();
    const api = clientsOf({ slackApiUrl: slack.url, registry }, options())[0] as SlackApi;
    await api.auth.test();
    expect(await sum(registry, "sluice_api_requests_total", { operation: "auth.test", outcome: "ok" })).toBe(1);
  });

  it("go on in shadow, 429s included, and what would have waited is counted", async () => {
    const registry = new Registry();
    const quota = { methods: { "users.list": 4 }, burstShare: 1 };
    const api = createSlackApi("shadow", { ...options(), registry, token: "xoxb-shadow", quota, mode: "shadow" });
    expect(await call(api, 6)).toHaveLength(2);
    const of = (name: string, labels: Readonly<Record<string, string>>) => () => sum(registry, name, labels);
    await expect.poll(of("sluice_api_requests_total", { outcome: "throttled" }), within).toBe(2);
    await expect.poll(of("sluice_rate_limit_rejected_total", { reason: "rejected" }), within).toBeGreaterThan(0);
    await expect.poll(of("sluice_store_mode", { mode: "shared" }), within).toBe(1);
    expect(await sum(registry, "sluice_rate_limit_timeouts_total")).toBe(0);
    await api.close();
  });

  it("are held to their part once it is enforced, without a 429, and go back while they run", async () => {
    const registry = new Registry();
    const quota = { methods: { "users.list": 2 }, burstShare: 1 };
    const api = createSlackApi("part", { ...options(), registry, token: "xoxb-part", quota });
    const refused = await call(api, 3);
    expect(refused.length).toBeGreaterThan(0);
    expect(new Set(refused)).toEqual(new Set(["LIMIT_EXCEEDED"]));
    expect(await sum(registry, "sluice_api_requests_total", { outcome: "throttled" })).toBe(0);
    expect(await sum(registry, "sluice_rate_limit_timeouts_total")).toBe(refused.length);
    api.mode = "shadow";
    expect(await call(api, 1)).toEqual([]);
    await api.close();
  });

  it("have a client for each stage, in the mode that the page says", async () => {
    const [, ...clients] = clientsOf(sdk(), options());
    expect(clients.map(({ mode }) => mode)).toEqual(["shadow", "enforce", "enforce"]);
    expect(clients[1]?.limits().explain("users.list").text).toContain("10");
    for (const client of clients) await client.close();
  });
});

describe("inbound policies, stage by stage", () => {
  const policy: Policy = { name: "per-user", scope: "user", windows: [{ limit: 1, per: "hour" }] };

  it("look on, then hold for some, then for all, and go back by their name", async () => {
    const registry = new Registry();
    const engine = watching(redis.url, policy, registry);
    const denials = (mode: string) => sum(registry, "sluice_rate_limit_requests_total", { mode, decision: "denied" });
    const twice = async (user: string) => [await engine.check({ user }), await engine.check({ user })] as const;

    expect((await twice("alice")).map(({ allowed }) => allowed)).toEqual([true, true]);
    expect(await denials("shadow")).toBe(1);
    expect(await sum(registry, "sluice_rate_limit_violations_total", { mode: "shadow", caller: "alice" })).toBe(1);
    expect(await denials("enforce")).toBe(0);

    await enforce(engine, policy, "ops");
    expect((await twice("bob")).map(({ allowed }) => allowed)).toEqual([true, false]);
    expect(await denials("enforce")).toBe(1);
    expect((await engine.policies.list()).map(({ name, source }) => `${name} ${source}`)).toEqual(["per-user stored"]);
    expect((await engine.audit.tail()).map(({ action }) => action)).toEqual([
      "policy.add",
      "policy.add",
      "policy.remove",
    ]);

    // As `sluice limits remove` does: an engine that has no policy of that name in its code.
    const commandLine = createPolicyEngine({ redis: redis.url, policies: [] });
    await commandLine.policies.remove("per-user", { author: "ops", reason: "back to the code's own" });
    await commandLine.close();
    await expect.poll(async () => (await engine.check({ user: "bob" })).allowed, within).toBe(true);
    await engine.close();
  });

  it("hold for pilots alone in between", async () => {
    const engine = createPolicyEngine({ policies: [{ ...policy, mode: "shadow" }] });
    await engine.policies.add({ ...policy, name: "per-user-pilot", values: "pilot-*", mode: "enforce" });
    for (const [user, allowed] of [
      ["pilot-1", false],
      ["carol", true],
    ] as const) {
      await engine.check({ user });
      expect((await engine.check({ user })).allowed, user).toBe(allowed);
    }
    await engine.close();
  });
});
