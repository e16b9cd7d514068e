import { Cluster, Redis } from "ioredis";
import { expect, it } from "vitest";
import { startRedisCluster, startRedisSentinels } from "./index.js";

it("a cluster of three primaries with a replica each answers for all slots", { timeout: 60_000 }, async () => {
  const startedMs = performance.now();
  await using cluster = await startRedisCluster({ replicas: 1 });
  console.log(`six nodes were ready after ${Math.round(performance.now() - startedMs)} ms`);
  const client = new Cluster(cluster.primaries.map(({ port }) => ({ host: "127.0.0.1", port })));
  await Promise.all(Array.from({ length: 50 }, (_, index) => client.set(`key${index}`, index)));
  expect(await client.get("key49")).toBe("49");
  expect(cluster.replicas.map((list) => list.length)).toEqual([1, 1, 1]);
  client.disconnect();
});

it("Sentinels name the primary, and another one when it was killed", { timeout: 60_000 }, async () => {
  const startedMs = performance.now();
  await using set = await startRedisSentinels();
  console.log(`a set with three Sentinels was ready after ${Math.round(performance.now() - startedMs)} ms`);
  const first = await set.primary();
  expect(first).toBe(set.servers[0]);
  const client = new Redis(first.port);
  await client.set("a", "1");
  expect(await client.wait(2, 5_000)).toBe(2);
  client.disconnect();
  await first.kill();
  await expect.poll(async () => (await set.primary()).port, { timeout: 30_000 }).not.toBe(first.port);
  const next = new Redis((await set.primary()).port);
  expect(await next.get("a")).toBe("1");
  next.disconnect();
});
