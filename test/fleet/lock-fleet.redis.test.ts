import { redisLock } from "@sluice/limiter-redis";
import { startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { expect, it } from "vitest";
import type { LockReport } from "../src/fleet/lock-worker.js";
import { spawnWorker } from "../src/fleet/spawn-worker.js";

const startAtMs = (): number => performance.timeOrigin + performance.now() + 1200;

it("four processes that read, think and write lose no update of 500 under the lock, and many without", async () => {
  await using server = await startRedisServer();
  const redis = new Redis(server.url);
  const lostOf = async (locked: boolean): Promise<{ lost: number; fences: number[] }> => {
    await redis.del("counter");
    const orders = { url: server.url, rounds: 125, locked, leaseMs: 5000, startAtMs: startAtMs() };
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
});

it("the lock of a holder that was killed is free again when its lease ends", async () => {
  await using server = await startRedisServer();
  const leaseMs = 1000;
  const { child, report } = spawnWorker<LockReport>("lock-worker", {
    url: server.url,
    rounds: 0,
    locked: true,
    leaseMs,
    startAtMs: 0,
  });
  const { fences } = await report;
  // Long enough for the holder to have extended its lease.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const lock = redisLock({ url: server.url });
  await expect(lock.acquire("counter", { timeoutMs: 0 })).rejects.toMatchObject({ code: "LOCK_UNAVAILABLE" });
  child.kill("SIGKILL");
  const killedMs = performance.now();
  const next = await lock.acquire("counter", { timeoutMs: 10_000 });
  const tookMs = performance.now() - killedMs;
  await lock.close();
  console.log(`killed holder: the next one ${tookMs.toFixed(0)} ms later, with a lease of ${leaseMs} ms`);
  expect(tookMs).toBeLessThan(leaseMs + 100);
  expect(next.fence).toBeGreaterThan(fences[0] as number);
});
