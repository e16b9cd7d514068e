import { type RedisServer, say, startRedisServer } from "@sluice/test/redis-server";
import { setTimeout as rest } from "node:timers/promises";
import { expect } from "vitest";
import { call, type Called, counted, figureOf, LONGEST_MS, longestMs, member, ms, untilInfo } from "./b-support.js";
import { fault } from "./fault.js";

/** A primary and a replica that follows it. */
async function pair(args: readonly string[] = []): Promise<{ primary: RedisServer; replica: RedisServer }> {
  const primary = await startRedisServer({ args: ["--repl-diskless-sync-delay", "0"] });
  const replica = await startRedisServer({ args });
  // Only now: without its primary it might not even answer whether it runs.
  await say(replica, "REPLICAOF", "127.0.0.1", String(primary.port));
  await untilInfo(replica, "master_link_status:up");
  return { primary, replica };
}

const WATCH_MS = 1500;

fault(
  {
    id: "B8",
    fault: "the url names a read-only replica",
    expected: `refused within ${LONGEST_MS} ms a call, one event, a new connection a second at most, and in use once it is the primary`,
  },
  async () => {
    const { primary, replica } = await pair();
    await using _one = primary;
    await using _two = replica;
    await using one = member({ url: replica.url });
    const before = await figureOf(replica, "total_connections_received");
    const calls: Called[] = [];
    const sinceMs = performance.now();
    while (performance.now() - sinceMs < WATCH_MS) {
      calls.push(await call(() => one.limiter().tryAcquire(counted)));
      await rest(2);
    }
    // Ours, the first one, and the one for listening.
    const others = 3;
    const reconnects = (await figureOf(replica, "total_connections_received")) - before - others;
    expect(new Set(calls.map(({ code }) => code))).toEqual(new Set(["STORE_UNAVAILABLE"]));
    expect(longestMs(calls)).toBeLessThan(LONGEST_MS);
    expect(one.events.map(({ type }) => type)).toEqual(["store-down"]);
    expect(one.events[0]).toMatchObject({ reason: expect.stringContaining("READONLY") });
    expect(reconnects).toBeLessThanOrEqual(Math.ceil((performance.now() - sinceMs) / 1000));
    await say(replica, "REPLICAOF", "NO", "ONE");
    const promotedMs = performance.now();
    await expect.poll(() => one.store.mode, { timeout: 10_000, interval: 5 }).toBe("shared");
    const backMs = performance.now() - promotedMs;
    expect((await call(() => one.limiter().tryAcquire(counted))).decision?.kind).toBe("allowed");
    return `${calls.length} calls refused in ${ms(WATCH_MS)}, longest ${ms(longestMs(calls))}; left and asked again ${reconnects} times, 1 event; in use ${ms(backMs)} after it was promoted`;
  },
);

fault(
  {
    id: "B9",
    fault: "a replica that has lost its primary and serves no stale data",
    expected: `the fallback within ${LONGEST_MS} ms a call, MASTERDOWN named in one event, in use once it is the primary`,
  },
  async () => {
    const { primary, replica } = await pair(["--replica-serve-stale-data", "no"]);
    await using _one = replica;
    await primary.stop();
    await untilInfo(replica, "master_link_status:down");
    await using one = member({ url: replica.url, mode: "open" });
    const calls: Called[] = [];
    for (let n = 0; n < 100; n += 1) {
      calls.push(await call(() => one.limiter().tryAcquire(counted)));
      await rest(5);
    }
    expect(new Set(calls.map(({ decision }) => decision?.kind))).toEqual(new Set(["allowed"]));
    expect(longestMs(calls)).toBeLessThan(LONGEST_MS);
    expect(one.store.mode).toBe("open");
    expect(one.events.map(({ type }) => type)).toEqual(["store-down"]);
    expect(one.events[0]).toMatchObject({ reason: expect.stringContaining("MASTERDOWN") });
    await say(replica, "REPLICAOF", "NO", "ONE");
    const promotedMs = performance.now();
    await expect.poll(() => one.store.mode, { timeout: 10_000, interval: 5 }).toBe("shared");
    const backMs = performance.now() - promotedMs;
    return `${calls.length} of ${calls.length} calls answered by the fallback, longest ${ms(longestMs(calls))}; in use ${ms(backMs)} after it was promoted`;
  },
);
