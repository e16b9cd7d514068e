import {
  concurrency,
  createBreaker,
  createLimiter,
  fixedWindow,
  type Limit,
  slidingWindow,
  slidingWindowCounter,
  tokenBucket,
} from "@sluice/limiter";
import { redisBreakerStore, redisStore } from "@sluice/limiter-redis";
import { startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { expect } from "vitest";
import { worstExcess } from "../src/fleet/ledger.js";
import { PATIENCE_MS } from "./e-support.js";
import { fault } from "./fault.js";
import { watchStalls } from "../src/stalls/index.js";

/**
 * The scripts of the next version: they write their states as version 2 and still read version 1. As in any rolling upgrade, the release
 * before them knows nothing of that.
 */
function next(source: string): string {
  return (
    source
      // The short way for token buckets knows one version, and leaves the others to the long one.
      .replaceAll('"^1|(%d+)|(%d+)|(%-?%d+)|(%d+)|0|||$"', '"^2|(%d+)|(%d+)|(%-?%d+)|(%d+)|0|||$"')
      .replaceAll('"1|%d|%d|%d|%d|0|||"', '"2|%d|%d|%d|%d|0|||"')
      .replaceAll('version ~= "1"', 'version ~= "1" and version ~= "2"')
      .replaceAll('rest ~= "1"', 'rest ~= "1" and rest ~= "2"')
      .replaceAll('format ~= "1"', 'format ~= "1" and format ~= "2"')
      .replaceAll(/\n(\s+)"1", (bucket\.born|circuit\.kind)/g, '\n$1"2", $2')
      .replaceAll('text(score), "v1"', 'text(score), "v2"')
      // A state that is upgraded has one version.
      .replaceAll('redis.call("ZADD", bucket.key, text(score), "v2"', 'redis.call("ZREM", bucket.key, "v1")\n  $&')
  );
}

/** A client of the next version: every script it is given is replaced by its successor. */
function nextClient(url: string): Redis {
  const client = new Redis(url);
  Object.assign(client, {
    // As a server answers that does not know the script yet; the caller then sends it in full.
    evalsha: () => Promise.reject(new Error("NOSCRIPT")),
    eval: (source: string, ...rest: string[]) => client.call("EVAL", next(source), ...rest),
  });
  return client;
}

const bound = { refillRate: 40, burst: 10 };
const limits: Readonly<Record<string, { readonly limit: Limit; readonly most: number }>> = {
  "token bucket": { limit: tokenBucket({ refillRate: 0.1, burst: 10 }), most: 10 },
  "exact window": { limit: slidingWindow({ limit: 10, windowMs: 60_000 }), most: 10 },
  "fixed window": { limit: fixedWindow({ limit: 10, windowMs: 60_000 }), most: 10 },
  "two counts": { limit: slidingWindowCounter({ limit: 10, windowMs: 60_000 }), most: 10 },
  places: { limit: concurrency({ max: 10, leaseMs: 60_000 }), most: 10 },
};

fault(
  {
    id: "E17",
    fault: "two versions of scripts and state at once, in a rolling upgrade",
    expected:
      "the new one reads and upgrades what the old one wrote; the old one refuses what it does not know and leaves it as it is; together they keep the bound",
  },
  async () => {
    await using server = await startRedisServer();
    const raw = new Redis(server.url);
    const newClient = nextClient(server.url);
    const how = { onStoreError: "closed", commandTimeoutMs: PATIENCE_MS } as const;
    const oldStore = redisStore({ url: server.url, ...how });
    const newStore = redisStore({ client: newClient, ...how });
    const [oldOne, newOne] = [oldStore, newStore].map((store) =>
      createLimiter({ store, provider: "test", account: "acme" }),
    ) as [ReturnType<typeof createLimiter>, ReturnType<typeof createLimiter>];
    const stateOf = async (bucket: string): Promise<unknown> => {
      const [key = ""] = await raw.keys(`sluice:{test:acme}:*:${bucket}`);
      return (await raw.type(key)) === "zset" ? raw.call("ZRANGE", key, "0", "-1", "WITHSCORES") : raw.get(key);
    };
    const said: string[] = [];
    for (const [name, { limit, most }] of Object.entries(limits)) {
      const bucket = name.replaceAll(" ", "-");
      const charge = { bucket, limit };
      let admitted = 0;
      let refused = 0;
      const ask = async (limiter: typeof oldOne): Promise<void> => {
        const answer = await limiter.tryAcquire(charge).catch((error: { code?: string }) => error.code);
        if (typeof answer === "object" && answer.kind === "allowed") admitted += 1;
        if (answer === "STORE_UNAVAILABLE") refused += 1;
      };
      for (let call = 0; call < 4; call += 1) await ask(oldOne);
      expect(admitted, name).toBe(4);
      // The first process of the new version comes up.
      await ask(newOne);
      expect(admitted, name).toBe(5);
      const written = await stateOf(bucket);
      expect(JSON.stringify(written), name).toMatch(/^"2\||"v2"/);
      for (let call = 0; call < 4; call += 1) await ask(oldOne);
      expect([admitted, refused], name).toEqual([5, 4]);
      expect(await stateOf(bucket), name).toEqual(written);
      for (let call = 0; call < 20; call += 1) {
        await ask(newOne);
        await ask(oldOne);
      }
      expect(admitted, name).toBe(most);
      expect(refused, name).toBe(24);
      said.push(`${name} ${(admitted / most).toFixed(2)}`);
    }

    // Under way: both ask as fast as they can, from when the old one has it for itself.
    const charge = { bucket: "busy", limit: tokenBucket(bound) };
    const atUs: number[] = [];
    const fromMs = performance.now();
    using stalls = watchStalls();
    const call = async (limiter: typeof oldOne, startMs: number): Promise<void> => {
      while (performance.now() - fromMs < 1200) {
        if (performance.now() - fromMs > startMs) {
          const answer = await limiter.tryAcquire(charge).catch(() => undefined);
          // By the store's clock: here a grant may be seen late.
          if (answer?.kind === "allowed" && answer.grant !== undefined) atUs.push(answer.grant.atUs);
        }
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    };
    await Promise.all([call(oldOne, 0), call(newOne, 400)]);
    const excess = worstExcess(atUs, bound);
    expect(excess).toBeLessThanOrEqual(1);
    const stalledS = stalls.totalMs / 1000;
    expect(atUs.length).toBeGreaterThan(0.8 * (bound.burst + bound.refillRate * (1.2 - stalledS)));

    for (const one of [oldOne, newOne, oldStore, newStore]) await one.close();
    newClient.disconnect();
    raw.disconnect();
    return `admitted ÷ bound: ${said.join(", ")}; busy ${(atUs.length / (bound.burst + bound.refillRate * 1.2)).toFixed(2)}`;
  },
);

fault(
  {
    id: "E17",
    fault: "two versions of a breaker at once",
    expected:
      "the new one upgrades what the old one wrote; the old one decides alone, honours what it knew to be open, and overwrites nothing",
  },
  async () => {
    await using server = await startRedisServer();
    const raw = new Redis(server.url);
    const newClient = nextClient(server.url);
    const how = { commandTimeoutMs: PATIENCE_MS };
    const stores = [redisBreakerStore({ url: server.url, ...how }), redisBreakerStore({ client: newClient, ...how })];
    const [oldOne, newOne] = stores.map((store) => createBreaker({ name: "e17", store })) as [
      ReturnType<typeof createBreaker>,
      ReturnType<typeof createBreaker>,
    ];
    const key = "sluice:{breaker:e17}:circuit";
    await oldOne.force("open", { forMs: 60_000 });
    expect(await raw.get(key)).toMatch(/^1\|o/);
    expect((await newOne.refresh()).state).toBe("open");
    const upgraded = await raw.get(key);
    expect(upgraded).toMatch(/^2\|o/);
    const refused = await oldOne.run(async () => {}).catch((error: { code?: string }) => error.code);
    await oldOne.refresh().catch(() => {});
    const kept = await raw.get(key);
    for (const one of [oldOne, newOne, ...stores]) await one.close();
    newClient.disconnect();
    raw.disconnect();
    expect(refused).toBe("CIRCUIT_OPEN");
    expect(kept).toBe(upgraded);
    return "states overwritten 0";
  },
);
