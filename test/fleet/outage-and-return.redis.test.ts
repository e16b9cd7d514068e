import { createLimiter, tokenBucket } from "@sluice/limiter";
import { redisStore } from "@sluice/limiter-redis";
import { startRedisServer } from "@sluice/test/redis-server";
import { expect, it } from "vitest";
import { worstExcess } from "../src/fleet/ledger.js";
import { watchStalls } from "../src/stalls/index.js";

const bound = { refillRate: 50, burst: 20 };

for (const fault of ["frozen", "killed and started empty"] as const) {
  it(`a Redis that is ${fault} for two seconds finds its buckets empty: what was handed out meanwhile was not saved up`, async () => {
    await using server = await startRedisServer();
    const fleet = Array.from({ length: 2 }, () => {
      const store = redisStore({ url: server.url, commandTimeoutMs: 200 });
      return { store, limiter: createLimiter({ store, provider: "fleet", account: "acme" }) };
    });
    const charge = { bucket: "shared", limit: tokenBucket(bound) };
    // Each process learns of the other.
    const peers = async (): Promise<readonly number[]> => {
      for (const { limiter } of fleet) await limiter.peek(charge);
      return fleet.map(({ store }) => store.peers);
    };
    await expect.poll(peers, { timeout: 10_000 }).toEqual([2, 2]);
    const stalls = watchStalls();
    const startedMs = performance.now();
    const atUs: number[] = [];
    const run = { over: false };
    const callers = fleet.flatMap(({ limiter }) =>
      Array.from({ length: 6 }, async () => {
        while (!run.over) {
          await limiter.acquire(charge, { timeoutMs: 5000 }).then(
            () => atUs.push((performance.now() - startedMs) * 1000),
            () => {},
          );
        }
      }),
    );
    const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
    await rest(1000);
    if (fault === "frozen") server.pause();
    else await server.kill();
    await rest(2000);
    if (fault === "frozen") server.resume();
    else await server.restart();
    await rest(1500);
    run.over = true;
    const ranS = 4.5 - stalls.totalMs / 1000;
    stalls[Symbol.dispose]();
    await Promise.all(callers);
    for (const { store, limiter } of fleet) {
      await limiter.close();
      await store.close();
    }
    const excess = worstExcess(atUs, bound);
    console.log(`${fault}: ${atUs.length} grants in 4.5 s, ${excess.toFixed(1)} tokens over at worst`);
    // A chunk of each process that was booked before, and its share until it has noticed the return; a saved-up burst would be 20 more.
    expect(excess).toBeLessThanOrEqual(26);
    expect(atUs.length).toBeGreaterThan(0.75 * (20 + 50 * ranS));
  });
}
