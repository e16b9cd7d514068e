import { createLimiter, type Grant, type Limit, slidingWindow, tokenBucket } from "@sluice/limiter";
import { redisStore } from "@sluice/limiter-redis";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { expect, it } from "vitest";
import { worstExcess } from "../src/fleet/ledger.js";
import { watchStalls } from "../src/stalls/index.js";

/** Booked ahead at once: 80 ms of 50 tokens a second. */
const CHUNK = 4;
const bound = { refillRate: 50, burst: 20 };

const losses: Record<string, (server: RedisServer) => Promise<void>> = {
  "killed and started empty": (server) => server.restart(),
  "flushed, scripts and all": async (server) => {
    const redis = new Redis(server.url);
    await redis.flushall();
    await redis.script("FLUSH");
    redis.disconnect();
  },
};

for (const [what, lose] of Object.entries(losses)) {
  it(`a Redis that is ${what} under load hands out at most one chunk twice, and serves within a second`, async () => {
    await using server = await startRedisServer();
    const limit = tokenBucket(bound);
    const fleet = await Promise.all(Array.from({ length: 2 }, () => member(server.url, limit)));
    const stalls = watchStalls();
    const startedMs = performance.now();
    /** Time in which this process could run, and so its limiters. */
    const ranMs = (): number => performance.now() - startedMs - stalls.totalMs;
    const grants: { atMs: number; atUs: number }[] = [];
    const waiting = fleet.flatMap(({ acquire }) =>
      Array.from({ length: 70 }, () => acquire().then(({ atUs }) => grants.push({ atMs: ranMs(), atUs }))),
    );
    await new Promise((resolve) => setTimeout(resolve, 1200));
    const lostMs = ranMs();
    await lose(server);
    const backMs = ranMs();
    await Promise.all(waiting);
    stalls[Symbol.dispose]();
    for (const { close } of fleet) await close();

    const excess = worstExcess(
      grants.map(({ atUs }) => atUs),
      bound,
    );
    const firstMs = Math.min(...grants.map(({ atMs }) => atMs).filter((atMs) => atMs > backMs)) - backMs;
    console.log(
      `${what}: ${excess.toFixed(2)} tokens over, first grant ${firstMs.toFixed(0)} ms after its return (lost at ${lostMs.toFixed(0)} ms)`,
    );
    expect(grants).toHaveLength(140);
    expect(excess).toBeLessThanOrEqual(CHUNK + 0.1);
    expect(firstMs).toBeLessThan(1000);
  });
}

it("a sliding window that Redis has lost is made up for by those who knew it", async () => {
  await using server = await startRedisServer();
  const { limiter, charge, close } = await member(server.url, slidingWindow({ limit: 10, windowMs: 60_000 }));
  for (let n = 0; n < 7; n += 1) await limiter.tryAcquire(charge);
  await server.flush();
  const kinds: string[] = [];
  for (let n = 0; n < 6; n += 1) kinds.push((await limiter.tryAcquire(charge)).kind);
  await close();
  expect(kinds).toEqual(["allowed", "allowed", "allowed", "delayed", "delayed", "delayed"]);
});

it("what a process knew of an older state takes nothing from a newer one", async () => {
  await using server = await startRedisServer();
  const limit = tokenBucket({ refillRate: 0.1, burst: 10 });
  const here = await member(server.url, limit);
  const there = await member(server.url, limit);
  const grant = await here.limiter.acquire([{ ...here.charge, cost: 6 }]);
  expect(await there.limiter.tryAcquire(there.charge)).toMatchObject({ remaining: 3 });
  await grant.giveBack();
  // There the bucket was last known with 3 tokens; the store knows better.
  expect(await there.limiter.tryAcquire(there.charge)).toMatchObject({ kind: "allowed", remaining: 8 });
  await Promise.all([here.close(), there.close()]);
});

async function member(url: string, limit: Limit) {
  // A busy machine is no outage.
  const store = redisStore({ url, onStoreError: "closed", commandTimeoutMs: 5000 });
  const limiter = createLimiter({ store, provider: "fleet", account: "acme" });
  const charge = { bucket: "shared", limit };
  await limiter.peek(charge);
  /** Again and again while the store is away, as a caller would. */
  const acquire = async (): Promise<Grant> => {
    for (;;) {
      try {
        return await limiter.acquire(charge, { timeoutMs: 60_000 });
      } catch (error) {
        if ((error as { code?: string }).code !== "STORE_UNAVAILABLE") throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  };
  const close = async (): Promise<void> => {
    await limiter.close();
    await store.close();
  };
  return { limiter, charge, acquire, close };
}
