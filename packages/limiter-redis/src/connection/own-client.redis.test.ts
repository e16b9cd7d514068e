import { createLimiter } from "@sluice/limiter";
import { type RedisServer, startRedisCluster, startRedisServer } from "@sluice/test/redis-server";
import { Cluster, Redis } from "ioredis";
import { expect, it } from "vitest";
import { redisStore } from "../index.js";
import { watchStalls } from "@sluice/test/stalls";
import type { RedisClient } from "./client.js";
import { charge, clientsOf, useAll } from "./use-all.test-support.js";

const kinds = {
  "one server": async () => {
    const server = await startRedisServer();
    return { servers: [server], client: new Redis(server.url, { lazyConnect: true }), stop: server.stop };
  },
  "a cluster": async () => {
    const { primaries, stop } = await startRedisCluster();
    const nodes = primaries.map(({ port }) => ({ host: "127.0.0.1", port }));
    return { servers: primaries, client: new Cluster(nodes, { lazyConnect: true }), stop };
  },
} satisfies Record<string, () => Promise<{ servers: readonly RedisServer[]; client: RedisClient; stop: unknown }>>;

it.each(Object.keys(kinds) as (keyof typeof kinds)[])(
  "a client of %s that the user owns does all the work, and is as it was when all is closed",
  async (name) => {
    const { servers, client, stop } = await kinds[name]();
    const listening = async (): Promise<number> =>
      (await Promise.all(servers.map(clientsOf))).flat().filter((line) => / sub=[1-9]/.test(line)).length;
    await client.connect();
    const listeners = (): number[] => ["error", "ready", "close", "end"].map((event) => client.listenerCount(event));
    const before = listeners();
    const first = await useAll({ client });
    const second = await useAll({ client });
    await expect.poll(listening, { timeout: 10_000 }).toBe(1);
    for (const part of [...first.parts, ...second.parts]) await part.close();
    await expect.poll(listening, { timeout: 10_000 }).toBe(0);
    expect(client.status).toBe("ready");
    expect(listeners()).toEqual(before);
    expect(await client.set("mine", "1")).toBe("OK");
    // And once more, after all was closed.
    const again = await useAll({ client });
    await expect.poll(listening, { timeout: 10_000 }).toBe(1);
    await again[Symbol.asyncDispose]();
    client.disconnect();
    await stop();
  },
  60_000,
);

it("a client of the user's is asked with our deadline, whatever its own settings, and may be closed by its owner", async () => {
  await using server = await startRedisServer();
  const client = new Redis(server.url, { maxRetriesPerRequest: null });
  // What is written after its end shows in the calls.
  client.on("error", () => {});
  await using store = redisStore({ client, commandTimeoutMs: 200, onStoreError: "closed" });
  const limiter = createLimiter({ store });
  // Making a connection may take longer than an answer.
  const ask = (): Promise<string> => limiter.tryAcquire(charge).then(({ kind }) => kind, String);
  await expect.poll(ask, { timeout: 10_000 }).toBe("allowed");
  server.pause();
  using stalls = watchStalls();
  const startedMs = performance.now();
  await expect(limiter.tryAcquire(charge)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  expect(performance.now() - startedMs - stalls.totalMs).toBeLessThan(200 + 250);
  server.resume();
  await expect.poll(() => store.mode, { timeout: 10_000 }).toBe("shared");
  await expect.poll(ask, { timeout: 10_000 }).toBe("allowed");
  await client.quit();
  await expect(limiter.tryAcquire(charge)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  await limiter.close();
});
