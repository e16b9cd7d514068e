import { createPolicyEngine, type Policy, type PolicyEngine } from "@sluice/policy";
import { type RedisServer, say, startRedisServer } from "@sluice/test/redis-server";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Adapter, App } from "./app.test-support.js";
import { ask } from "./ask.test-support.js";
import { expressApp, expressRoutes } from "./express-app.test-support.js";
import { fastifyApp } from "./fastify-app.test-support.js";
import { fetchApp } from "./fetch-app.test-support.js";
import { honoApp } from "./hono-app.test-support.js";
import { nodeApp } from "./node-app.test-support.js";
import { watchStandstill } from "@sluice/test/stalls";

const ten: Policy = { name: "ten", scope: "global", windows: [{ limit: 10, per: "hour" }] };
let redis: RedisServer;

beforeAll(async () => {
  redis = await startRedisServer();
});
afterAll(() => redis.stop());

/** Two servers, each with a connection and a copy of the policies of its own. */
async function fleetOf(adapter: Adapter): Promise<{ apps: App[]; engines: PolicyEngine[]; stop(): Promise<void> }> {
  // A server that stands still for a second has not failed.
  const where = { url: redis.url, commandTimeoutMs: 5000 };
  const engines = [1, 2].map(() => createPolicyEngine({ name: adapter.name, redis: where, policies: [ten] }));
  const apps = await Promise.all(engines.map((engine) => adapter.start({ limit: { engine } })));
  const stop = async (): Promise<void> => {
    await Promise.all(apps.map((app) => app.close()));
    await Promise.all(engines.map((engine) => engine.close()));
  };
  return { apps, engines, stop };
}

describe.each([expressApp, expressRoutes, fastifyApp, honoApp, fetchApp, nodeApp])("a fleet of $name", (adapter) => {
  it("shares its limits, and hears of a changed policy within a second", async () => {
    const { apps, engines, stop } = await fleetOf(adapter);
    const all = Array.from({ length: 40 }, (_, n) => ask(apps[n % 2]?.url ?? "", { path: "/users/7" }));
    const answers = await Promise.all(all);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(30);
    await engines[0]?.policies.add({ ...ten, windows: [{ limit: 1000, per: "hour" }] });
    const startedMs = performance.now();
    using standstill = watchStandstill(() => say(redis, "PING"));
    const last = apps[1]?.url ?? "";
    const changed = async (): Promise<void> => {
      const { headers } = await ask(last, { path: "/users/7" });
      expect(headers["x-ratelimit-limit"]).toBe("1000");
    };
    await vi.waitFor(changed, { timeout: 10_000, interval: 20 });
    expect(performance.now() - startedMs - standstill.totalMs).toBeLessThan(1000);
    await stop();
  });
});
