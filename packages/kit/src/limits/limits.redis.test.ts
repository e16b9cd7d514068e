import { createCall } from "@sluice/core";
import { tokenBucket } from "@sluice/limiter";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { watchStalls } from "@sluice/test/stalls";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Assembly, assemble } from "../assembly/assemble.js";
import { vendor } from "../assembly/rig.test-support.js";
import type { ApiOptions, RedisSettings } from "../options/api-options.js";
import { Redis, Registry } from "../users-own.test-support.js";

const limit = tokenBucket({ refillRate: 0.001, burst: 10 });
/** Longer than any stall. */
const patient = { timeoutMs: 10_000 };
const limitsOf = (assembly: Assembly) =>
  assembly.limits({
    account: "main",
    operations: ["list"],
    requests: (operation) => [createCall({ provider: "acme", account: "main", operation })],
  });

let server: RedisServer;
let settings: RedisSettings;
const open: Assembly[] = [];
beforeEach(async () => {
  server = await startRedisServer();
  settings = { url: server.url, commandTimeoutMs: patient.timeoutMs };
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((assembly) => assembly.close()));
  await server.stop();
});

function client(options: ApiOptions = {}): Assembly {
  const log = { info: () => {}, warn: () => {} };
  const assembly = assemble({ redis: settings, registry: new Registry(), log, ...options }, vendor);
  open.push(assembly);
  return assembly;
}

it("what one client took another one sees, and looking takes nothing", async () => {
  const [one, other] = [client(), client()];
  for (let n = 0; n < 4; n += 1) await one.limiterFor("main").tryAcquire({ bucket: "all", limit });
  await other.limiterFor("main").peek({ bucket: "all", limit });
  for (let look = 0; look < 30; look += 1)
    expect((await limitsOf(other).inspect(patient)).buckets).toMatchObject([
      { bucket: "all", left: 6, fill: 0.6, mode: "shared" },
    ]);
  expect(await one.limiterFor("main").tryAcquire({ bucket: "all", limit })).toMatchObject({ remaining: 5 });
});

it("all buckets of an account are asked about in one round trip", async () => {
  const assembly = client();
  for (let n = 0; n < 100; n += 1) await assembly.limiterFor("main").tryAcquire({ bucket: `b${n}`, limit });
  const redis = new Redis(server.url);
  const calls = async (): Promise<number> =>
    [...(await redis.info("commandstats")).matchAll(/cmdstat_(?:evalsha|eval):calls=(\d+)/g)].reduce(
      (sum, [, count]) => sum + Number(count),
      0,
    );
  const trips: number[] = [];
  for (let look = 0; look < 5; look += 1) {
    const before = await calls();
    const { buckets } = await limitsOf(assembly).inspect(patient);
    expect(buckets).toHaveLength(100);
    expect(new Set(buckets.map(({ left }) => left))).toEqual(new Set([9]));
    trips.push((await calls()) - before);
  }
  // A sign of life of the process may come in between, and only adds.
  expect(Math.min(...trips)).toBe(1);
  expect(Math.max(...trips)).toBeLessThanOrEqual(3);
  await redis.quit();
});

it("while Redis is away the answer comes at once, says so, and shows what was known", async () => {
  const assembly = client({ onStoreError: "closed" });
  await assembly.limiterFor("main").tryAcquire({ bucket: "all", limit });
  const { at } = await limitsOf(assembly).inspect(patient);
  await server.stop();
  await assembly
    .limiterFor("main")
    .tryAcquire({ bucket: "all", limit })
    .catch(() => {});
  using stalls = watchStalls();
  const startedMs = performance.now();
  const sight = await limitsOf(assembly).inspect(patient);
  expect(performance.now() - startedMs - stalls.totalMs).toBeLessThan(500);
  expect(sight).toMatchObject({ mode: "closed", buckets: [{ bucket: "all", left: 9, mode: "closed" }] });
  expect(Date.parse(sight.buckets[0]?.asOf ?? "") - Date.parse(at)).toBeLessThan(50);
});
