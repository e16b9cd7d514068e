import { createBreaker, createLimiter, tokenBucket } from "@sluice/limiter";
import { redisBreakerStore, redisStore } from "@sluice/limiter-redis";
import { startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { setTimeout as rest } from "node:timers/promises";
import { expect } from "vitest";
import { until } from "./b-support.js";
import { member, ms, outcomeOf, PATIENCE_MS } from "./f-support.js";
import { fault } from "./fault.js";
import { watchStalls } from "../src/stalls/index.js";

fault(
  {
    id: "F13",
    fault: "a limiter's mode is switched, and a limit's numbers change, under load",
    expected: "the next call goes by the new one; admitted at most the larger of both",
  },
  async () => {
    await using server = await startRedisServer();
    await using process = member(server);
    const limiter = process.limiter();
    const narrow = { bucket: "b", limit: tokenBucket({ refillRate: 1, burst: 10 }) };
    const wide = { bucket: "b", limit: tokenBucket({ refillRate: 100, burst: 50 }) };
    const sinceMs = performance.now();
    let admitted = 0;
    for (let round = 0; round < 200; round += 1)
      if ((await limiter.tryAcquire(round % 2 === 0 ? narrow : wide)).kind === "allowed") admitted += 1;
    const bound = 50 + (100 * (performance.now() - sinceMs)) / 1000;
    expect(admitted).toBeLessThanOrEqual(bound);
    const load = Array.from({ length: 20 }, () => limiter.tryAcquire(narrow));
    limiter.mode = "disabled";
    const switchedMs = performance.now();
    expect((await limiter.tryAcquire({ ...narrow, cost: 10 })).kind).toBe("allowed");
    limiter.mode = "shadow";
    expect((await limiter.tryAcquire({ ...narrow, cost: 10 })).kind).toBe("allowed");
    limiter.mode = "enforce";
    expect((await limiter.tryAcquire({ ...narrow, cost: 10 })).kind).toBe("delayed");
    const effectMs = performance.now() - switchedMs;
    await Promise.all(load);
    return `three switches in effect within ${ms(effectMs)}; admitted ${(admitted / bound).toFixed(2)} x the larger bound`;
  },
);

fault(
  {
    id: "F13",
    fault: "a breaker is forced open for 300 ms, in another process, under load",
    expected: "refuses within 300 ms, lets through again within 1 s of its end",
  },
  async () => {
    await using server = await startRedisServer();
    const where = { url: server.url, commandTimeoutMs: PATIENCE_MS };
    const stores = [redisBreakerStore(where), redisBreakerStore(where)] as const;
    const [operator, worker] = stores.map((store) => createBreaker({ name: "b", store }));
    if (operator === undefined || worker === undefined) throw new Error("two breakers were made");
    const seen: { readonly atMs: number; readonly refused: boolean }[] = [];
    const over = new AbortController();
    const load = (async () => {
      while (!over.signal.aborted) {
        const outcome = await outcomeOf(() => worker.run(() => rest(1)));
        seen.push({ atMs: performance.now(), refused: "error" in outcome });
        await rest(5);
      }
    })();
    await rest(50);
    const forcedMs = performance.now();
    using stalls = watchStalls();
    await operator.force("open", { forMs: 300 });
    await rest(1300);
    await until(() => seen.at(-1)?.refused === false, "it lets through again");
    over.abort();
    await load;
    const refused = seen.filter((one) => one.refused);
    const effectMs = Number(refused[0]?.atMs) - forcedMs;
    const endMs = Number(refused.at(-1)?.atMs) - forcedMs;
    expect(effectMs - stalls.totalMs).toBeLessThan(300);
    expect(endMs - stalls.totalMs).toBeLessThan(300 + 1000);
    expect(seen.at(-1)?.refused).toBe(false);
    await Promise.all([operator.close(), worker.close()]);
    await Promise.all(stores.map((store) => store.close()));
    return `in effect after ${ms(effectMs)}, over after ${ms(endMs)}`;
  },
);

fault(
  {
    id: "F14",
    fault: "a process may not subscribe, so no message about a forced breaker reaches it",
    expected: "it asks for itself: refused within 1.2 s while it makes calls",
  },
  async () => {
    await using server = await startRedisServer();
    const redis = new Redis(server.port);
    await redis.call(
      "ACL",
      "SETUSER",
      "deaf",
      "on",
      ">secret",
      "~*",
      "&*",
      "+@all",
      "-subscribe",
      "-psubscribe",
      "-ssubscribe",
    );
    const [heard, deaf] = [server.url, server.url.replace("redis://", "redis://deaf:secret@")].map((url) =>
      redisBreakerStore({ url, commandTimeoutMs: PATIENCE_MS }),
    );
    if (heard === undefined || deaf === undefined) throw new Error("two stores were made");
    const operator = createBreaker({ name: "b", store: heard });
    const worker = createBreaker({ name: "b", store: deaf });
    await worker.run(async () => 1);
    await rest(300);
    const forcedMs = performance.now();
    using stalls = watchStalls();
    await operator.force("isolated");
    let effectMs = Number.POSITIVE_INFINITY;
    while (performance.now() - forcedMs < 10_000) {
      const outcome = await outcomeOf(() => worker.run(async () => 1));
      if ("error" in outcome) {
        expect(outcome.error).toMatchObject({ code: "CIRCUIT_OPEN" });
        effectMs = performance.now() - forcedMs - stalls.totalMs;
        break;
      }
      await rest(10);
    }
    expect(effectMs).toBeLessThan(1200);
    await Promise.all([operator.close(), worker.close()]);
    await Promise.all([heard.close(), deaf.close()]);
    redis.disconnect();
    return `in effect after ${ms(effectMs)} without a message`;
  },
);

fault(
  {
    id: "F14",
    fault: "no message about a pause reaches another process",
    expected: "the store says it with the next question: nobody passes the pause",
  },
  async () => {
    await using server = await startRedisServer();
    await using speaking = member(server);
    const redis = new Redis(server.port);
    await redis.call(
      "ACL",
      "SETUSER",
      "deaf",
      "on",
      ">secret",
      "~*",
      "&*",
      "+@all",
      "-subscribe",
      "-psubscribe",
      "-ssubscribe",
    );
    const url = server.url.replace("redis://", "redis://deaf:secret@");
    const store = redisStore({ url, prefix: speaking.prefix, commandTimeoutMs: PATIENCE_MS });
    const deaf = createLimiter({ store, provider: "test", account: "acme" });
    const limit = tokenBucket({ refillRate: 20, burst: 1 });
    const here = speaking.limiter();
    // Before it is told: its end may be read late.
    const sinceMs = performance.now();
    await here.observe({ bucket: "b", limit }, { retryAfterMs: 400 });
    await deaf.acquire({ bucket: "b", limit });
    const waitedMs = performance.now() - sinceMs;
    expect(waitedMs).toBeGreaterThan(300);
    await deaf.close();
    await store.close();
    redis.disconnect();
    return `a pause of 400 ms was kept for ${ms(waitedMs)} by who was not told`;
  },
);
