import { redisLock } from "@sluice/limiter-redis";
import { startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { expect, it } from "vitest";
import type { LockOrders, LockReport } from "../src/fleet/lock-worker.js";
import { spawnWorker } from "../src/fleet/spawn-worker.js";
import { lengthS } from "../src/soak/spans.js";
import { watchServer } from "./server-stalls.js";

it("four processes that read, think and write lose no update of 500 under the lock, and many without", async () => {
  await using server = await startRedisServer();
  const redis = new Redis(server.url);
  const lostOf = async (locked: boolean): Promise<{ lost: number; fences: number[] }> => {
    await redis.del("counter", "ready");
    const orders: LockOrders = { url: server.url, rounds: 125, locked, leaseMs: 5000, together: 4 };
    const workers = Array.from({ length: 4 }, () => spawnWorker<LockReport>("lock-worker", orders));
    const reports = await Promise.all(workers.map(({ report }) => report));
    return { lost: 500 - Number(await redis.get("counter")), fences: reports.flatMap(({ fences }) => fences) };
  };
  const without = await lostOf(false);
  const under = await lostOf(true);
  redis.disconnect();
  console.log(`500 updates of four processes: ${without.lost} lost without the lock, ${under.lost} under it`);
  expect(without.lost).toBeGreaterThan(0);
  expect(under.lost).toBe(0);
  expect(new Set(under.fences).size).toBe(500);
}, 90_000);

it("the lock of a holder that was killed is free again when its lease ends", { timeout: 60_000 }, async () => {
  await using server = await startRedisServer();
  const redis = new Redis(server.url);
  const leaseMs = 2000;
  const orders: LockOrders = { url: server.url, rounds: 0, locked: true, leaseMs, together: 1 };
  const { child, report } = spawnWorker<LockReport>("lock-worker", orders);
  const { fences } = await report;
  // What is left falls by itself, and rises when the holder extends its lease.
  let leftMs = await redis.pttl("sluice:{lock:counter}:held");
  const rises = async (): Promise<boolean> => {
    const before = leftMs;
    leftMs = await redis.pttl("sluice:{lock:counter}:held");
    return leftMs > before;
  };
  await expect.poll(rises, { timeout: 10_000, interval: 20 }).toBe(true);
  const lock = redisLock({ url: server.url, commandTimeoutMs: 10_000 });
  await expect(lock.acquire("counter", { timeoutMs: 0 })).rejects.toMatchObject({ code: "LOCK_UNAVAILABLE" });
  child.kill("SIGKILL");
  const watch = watchServer(redis);
  const killedMs = performance.now();
  const next = await lock.acquire("counter", { timeoutMs: 10_000 });
  const waitedMs = performance.now() - killedMs;
  const tookMs = waitedMs - lengthS(await watch.stop()) * 1000;
  await lock.close();
  redis.disconnect();
  console.log(`killed holder: the next one ${waitedMs.toFixed(0)} ms later, with a lease of ${leaseMs} ms`);
  expect(tookMs).toBeLessThan(leaseMs + 100);
  expect(next.fence).toBeGreaterThan(fences[0] as number);
});
