import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { runCall, classifyHttp } from "@sluice/core";
import { tokenBucket } from "@sluice/limiter";
import { afterAll, beforeAll, expect, it } from "vitest";
import { assemble } from "../assembly/assemble.js";
import { recorder } from "../assembly/recorder.test-support.js";
import { samples } from "../assembly/rig.test-support.js";
import { Registry } from "../users-own.test-support.js";

let server: RedisServer;
beforeAll(async () => void (server = await startRedisServer()));
afterAll(() => server.stop());

it("commands of Redis have spans under the wait that sent them, waits link to the one that booked their tokens", async () => {
  const { spans, tracing } = recorder();
  const registry = new Registry();
  const limit = tokenBucket({ refillRate: 50, burst: 1 });
  const api = assemble(
    { redis: server.url, tracing, registry },
    {
      provider: "acme",
      quota: () => [{ bucket: "all", limit }],
      feedback: () => undefined,
      classify: classifyHttp,
      env: {},
    },
  );
  const request = { provider: "acme", account: "main", operation: "list", timeoutMs: 10_000 };
  const send = () =>
    runCall(api.hooks, request, (call) => api.hooks.run("attempt", call, async () => ({ status: 200 })));
  try {
    await send();
    await Promise.all([send(), send(), send()]);
  } finally {
    await api.close();
  }
  const takes = new Map(spans.filter(({ name }) => name === "redis take").map((take) => [take.id, take]));
  expect(takes.size).toBeGreaterThan(1);
  expect([...takes.values()][0]).toMatchObject({
    parent: "sluice.rate_limit.wait",
    ended: true,
    attributes: { "db.system.name": "redis", "db.operation.name": "take" },
  });
  const waits = spans.filter(({ name }) => name === "sluice.rate_limit.wait");
  expect(waits).toHaveLength(4);
  for (const { links } of waits) {
    const booked = links.find(({ attributes }) => attributes?.["sluice.link"] === "booked_by");
    expect(takes.has(booked?.context.spanId ?? "")).toBe(true);
  }
  const [decided] = Object.values(await samples(registry, "sluice_rate_limit_decision_seconds_count"));
  expect(decided).toBe(takes.size);
});
