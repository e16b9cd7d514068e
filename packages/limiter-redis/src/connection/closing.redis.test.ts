import { type RedisServer, startRedisCluster, startRedisSentinels, startRedisServer } from "@sluice/test/redis-server";
import { watchStalls } from "@sluice/test/stalls";
import { describe, expect, it } from "vitest";
import { redisBreakerStore, redisLock, redisStates, redisStore } from "../index.js";
import { charge, clientsOf, useAll } from "./use-all.test-support.js";
import { createLimiter } from "@sluice/limiter";

const sets = {
  "one server": async () => {
    const server = await startRedisServer();
    return { url: server.url, servers: [server], most: 2, stop: server.stop };
  },
  // A connection to each node, and two of the one that listens.
  "a cluster": async () => {
    const { url, primaries, stop } = await startRedisCluster();
    return { url, servers: primaries, most: primaries.length + 2, stop };
  },
  // Each Sentinel is listened to for failovers.
  "a primary behind Sentinels": async () => {
    const { url, servers, sentinels, stop } = await startRedisSentinels({ replicas: 1 });
    return { url, servers: [...servers, ...sentinels], most: 2 + 2 * sentinels.length + 2, stop };
  },
};

/** Connections that are not the servers' own among themselves. */
async function ours(servers: readonly RedisServer[]): Promise<string[]> {
  const all = (await Promise.all(servers.map(clientsOf))).flat();
  return all.filter((line) => !/ name=sentinel-| flags=[SM]/.test(line));
}

describe.each(Object.keys(sets) as (keyof typeof sets)[])("at %s", { timeout: 60_000 }, (name) => {
  it("all of a process share few connections, and close() of the last one ends every one of them", async () => {
    const { url, servers, most, stop } = await sets[name]();
    const before = (await ours(servers)).length;
    const [one, other] = [await useAll({ url }), await useAll({ url, prefix: "other" })];
    const opened = (await ours(servers)).length - before;
    expect(opened).toBeGreaterThan(0);
    expect(opened).toBeLessThanOrEqual(most);
    for (const part of [...one.parts, ...other.parts]) {
      expect((await ours(servers)).length).toBeGreaterThan(before);
      await part.close();
      await part.close();
    }
    // What is left of the start may have gone meanwhile.
    await expect.poll(async () => (await ours(servers)).length, { timeout: 10_000 }).toBeLessThanOrEqual(before);
    await stop();
  });
});

it("`await using` closes stores, breaker stores, locks and states", async () => {
  await using server = await startRedisServer();
  const options = { url: server.url, commandTimeoutMs: 5000 };
  let late: () => Promise<unknown>;
  {
    await using store = redisStore({ ...options, onStoreError: "closed" });
    await using breakers = redisBreakerStore(options);
    await using lock = redisLock(options);
    await using states = redisStates(options);
    const limiter = createLimiter({ store });
    await limiter.tryAcquire(charge);
    breakers.onChange("one", () => {});
    await lock.run("name", {}, () => states.load("scope", ["a"]));
    await expect.poll(() => clientsOf(server), { timeout: 10_000 }).toHaveLength(2);
    late = () => limiter.tryAcquire(charge);
  }
  await expect.poll(() => clientsOf(server), { timeout: 10_000 }).toEqual([]);
  await expect(late()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
});

it("close() says good-bye no longer than an answer may take while Redis stands still, and not at all where it is gone", async () => {
  await using server = await startRedisServer();
  const used = async () => {
    const store = redisStore({ url: server.url, commandTimeoutMs: 600, onStoreError: "closed" });
    const limiter = createLimiter({ store });
    await expect.poll(() => limiter.tryAcquire(charge).then(() => "answered", String)).toBe("answered");
    await limiter.close();
    return store;
  };
  const [patient, late] = [await used(), await used()];
  server.pause();
  using stalls = watchStalls();
  let sinceMs = performance.now();
  await Promise.all([patient.close(), patient.close()]);
  expect(performance.now() - sinceMs - stalls.totalMs).toBeLessThan(1500);
  server.resume();
  await server.kill();
  sinceMs = performance.now();
  await late.close();
  expect(performance.now() - sinceMs - stalls.totalMs).toBeLessThan(1500);
});

it("a store that was never asked opens no connection to close", async () => {
  await using server = await startRedisServer();
  const store = redisStore({ url: server.url });
  await store.close();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await clientsOf(server)).toEqual([]);
});

it("another database, login or deadline is another connection, and so is a password that is asked for", async () => {
  await using server = await startRedisServer({ password: "secret" });
  const { url } = server;
  const given = (): string => "secret";
  const several = [
    { url },
    { url: `${url}/1` },
    { url, username: "default" },
    { url, commandTimeoutMs: 4000 },
    { url, password: () => "secret" },
    { url, password: given },
    { url, password: given },
    { url, prefix: "other" },
  ].map((options) => redisStates({ commandTimeoutMs: 5000, ...options }));
  const count = async (): Promise<number> => {
    const { Redis } = await import("ioredis");
    const admin = new Redis(url);
    const lines = String(await admin.client("LIST"));
    admin.disconnect();
    return (lines.match(/name=sluice/g) ?? []).length;
  };
  for (const states of several) await states.load("scope", ["a"]);
  // The prefix makes no difference, and the same function none either.
  expect(await count()).toBe(several.length - 2);
  for (const states of several) await states.close();
  await expect.poll(count, { timeout: 10_000 }).toBe(0);
});
