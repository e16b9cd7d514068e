import { redisBreakerStore, redisLock } from "@sluice/limiter-redis";
import { type RedisServer, say, startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { expect } from "vitest";
import { called, collectWarnings, figureOf, found, LONGEST_MS, member, ms, slow } from "./c-support.js";
import { fault } from "./fault.js";
import { watchStalls } from "../src/stalls/index.js";

const MARKER = "pa55-marker-7f3";
const SERVERS = "servers-own-secret";
const charge = { bucket: "b", limit: slow };
/** Attempts of one process to log in, over both of its connections. */
const MOST_A_MINUTE = 600;

const logins = [
  { what: "no password", url: (port: number) => `redis://127.0.0.1:${port}`, says: "NOAUTH" },
  { what: "a wrong password", url: (port: number) => `redis://:${MARKER}@127.0.0.1:${port}`, says: "WRONGPASS" },
  {
    what: "an unknown user",
    url: (port: number) => `redis://nobody:${MARKER}@127.0.0.1:${port}`,
    says: "WRONGPASS",
  },
] as const;

for (const { what, url, says } of logins) {
  fault(
    {
      id: "C8",
      fault: what,
      expected: `one event that names it, calls fail by their deadline, at most ${MOST_A_MINUTE} attempts a minute, no password anywhere`,
    },
    async () => {
      using warnings = collectWarnings("SLUICE_STORE");
      await using server = await startRedisServer({ password: SERVERS });
      const address = url(server.port);
      await using one = member({ url: address, onStoreError: "closed" });
      await using lock = redisLock({ url: address });
      await using breakers = redisBreakerStore({ url: address });
      const before = await connectionsOf(server);
      const startedMs = performance.now();
      const calls = [];
      while (performance.now() - startedMs < 1500) {
        calls.push(await called(() => one.limiter.tryAcquire(charge)));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      const seconds = (performance.now() - startedMs) / 1000;
      // Without the one that asks.
      const attempts = (await connectionsOf(server)) - before - 1;
      calls.push(await called(() => lock.acquire("job", { timeoutMs: 5000 })));
      const perMinute = (attempts / seconds) * 60;
      const longest = Math.max(...calls.map(({ tookMs }) => tookMs));
      for (const { error } of calls) expect(error).toMatchObject({ code: "STORE_UNAVAILABLE" });
      expect(calls.at(-1)?.error).toMatchObject({ message: expect.stringContaining(says) });
      expect(one.events).toMatchObject([
        { type: "store-down", reason: expect.stringMatching(`${says}.*missing or wrong`) },
      ]);
      expect(perMinute).toBeLessThan(MOST_A_MINUTE);
      expect(longest).toBeLessThan(LONGEST_MS);
      const errors = calls.map(({ error }) => error);
      const leaks = found(MARKER, one.events, errors, one.store, one.limiter, lock, breakers, warnings.texts);
      expect(leaks).toBe(0);
      return `1 event (${says}); ${Math.round(perMinute)} attempts a minute; longest call ${ms(longest)}; marker found ${leaks} times`;
    },
  );
}

async function connectionsOf(server: RedisServer): Promise<number> {
  const redis = new Redis({ port: server.port, password: SERVERS });
  const info = await redis.info("stats");
  redis.disconnect();
  return Number(/total_connections_received:(\d+)/.exec(info)?.[1]);
}

fault(
  {
    id: "C9",
    fault: "the password changes while connected, and connections are dropped",
    expected: "asked anew for each connection; shared again within 1 s of the new one; no password anywhere",
  },
  async () => {
    await using server = await startRedisServer();
    await say(server, "ACL", "SETUSER", "ann", "on", `>${MARKER}-old`, "~*", "&*", "+@all");
    let current = `${MARKER}-old`;
    let asked = 0;
    await using one = member({
      url: `redis://127.0.0.1:${server.port}`,
      username: "ann",
      password: async () => {
        asked += 1;
        return current;
      },
    });
    const errorOfCall = async (): Promise<unknown> => (await called(() => one.limiter.tryAcquire(charge))).error;
    await expect.poll(errorOfCall, { timeout: 10_000 }).toBeUndefined();
    await say(server, "ACL", "SETUSER", "ann", "resetpass", `>${MARKER}-new`);
    await say(server, "CLIENT", "KILL", "USER", "ann");
    const calls = [];
    for (let n = 0; n < 50; n += 1) {
      calls.push(await called(() => one.limiter.tryAcquire(charge)));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(one.store.mode).toBe("closed");
    expect(one.events).toHaveLength(1);
    const askedBefore = asked;
    current = `${MARKER}-new`;
    const startedMs = performance.now();
    using stalls = watchStalls();
    await expect.poll(() => one.store.mode, { interval: 5, timeout: 10_000 }).toBe("shared");
    const backMs = performance.now() - startedMs - stalls.totalMs;
    expect((await called(() => one.limiter.tryAcquire(charge))).error).toBeUndefined();
    expect(asked).toBeGreaterThan(askedBefore);
    expect(backMs).toBeLessThan(1000 + 500);
    expect(await figureOf(server, "connected_clients")).toBeGreaterThan(0);
    const longest = Math.max(...calls.map(({ tookMs }) => tookMs));
    expect(longest).toBeLessThan(LONGEST_MS);
    const leaks = found(
      MARKER,
      one.events,
      calls.map(({ error }) => error),
      one.store,
      one.limiter,
    );
    expect(leaks).toBe(0);
    expect(one.events.map(({ type }) => type)).toEqual(["store-down", "store-up"]);
    return `shared again ${ms(backMs)} after the provider gave the new one, asked ${asked} times; longest call ${ms(longest)}; marker found ${leaks} times`;
  },
);
