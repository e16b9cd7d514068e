import {
  type BreakerCounts,
  type BreakerStore,
  type BreakerView,
  type BreakerRules,
  createBreaker,
} from "@sluice/limiter";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { redisBreakerStore } from "./redis-breaker-store.js";

let server: RedisServer;
let redis: Redis;
let store: BreakerStore;
const key = "sluice:{breaker:b}:circuit";
const rules: BreakerRules = {
  failureRate: 0.5,
  minimumCalls: 10,
  windowMs: 10_000,
  consecutiveFailures: 5,
  openMs: 5000,
  maxOpenMs: 5000,
  probeLeaseMs: 10_000,
  probes: 1,
};
const nothing: BreakerCounts = {
  version: Number.MAX_SAFE_INTEGER,
  succeeded: 0,
  lastSuccessAgeMs: 0,
  failed: 0,
  lastFailureAgeMs: 0,
  rowAgesMs: [],
};
// A busy machine is no outage.
const open = () => redisBreakerStore({ client: redis, commandTimeoutMs: 5000 });
const look = async (from = store): Promise<BreakerView> => from.report("b", rules, nothing);

beforeAll(async () => {
  server = await startRedisServer();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(async () => {
  await redis.flushall();
  store = open();
});
afterEach(() => store.close());

describe("a Redis that was emptied", () => {
  it.each(["open", "isolated"] as const)("learns from any process that the breaker was %s", async (to) => {
    const before = await store.force("b", rules, { to, forMs: 60_000, reason: "forced" });
    await redis.flushall();
    const after = await look();
    expect(after).toMatchObject({ state: to, version: before.version, reason: "forced" });
    expect(after.leftMs).toBeLessThanOrEqual(before.leftMs);
    expect(after.leftMs).toBeGreaterThan(before.leftMs - 5000);
    expect(await look(open())).toMatchObject({ state: to });
  });

  it("is not told what has been changed since", async () => {
    const other = open();
    await store.force("b", rules, { to: "isolated", forMs: undefined, reason: "forced" });
    await look(other);
    await store.force("b", rules, { to: "closed", forMs: undefined, reason: "reset" });
    expect(await look(other)).toMatchObject({ state: "closed" });
    await redis.flushall();
    expect(await look(other)).toMatchObject({ state: "closed", reason: "reset" });
    await other.close();
  });

  it("begins anew where nobody knew better", async () => {
    await store.force("b", rules, { to: "isolated", forMs: undefined, reason: "forced" });
    await redis.flushall();
    expect(await look(open())).toMatchObject({ state: "closed", version: 0 });
  });

  it("knows its scripts again after SCRIPT FLUSH", async () => {
    await look();
    await redis.script("FLUSH");
    expect(await look()).toMatchObject({ state: "closed" });
  });
});

describe("a state that is not as expected", () => {
  it("of another type counts as new and is replaced", async () => {
    await redis.lpush(key, "x");
    expect(await look()).toMatchObject({ state: "closed", version: 0 });
    await store.force("b", rules, { to: "open", forMs: undefined, reason: "forced" });
    expect(await redis.type(key)).toBe("string");
  });

  it.each(["", "junk", "1|o|x", "1||||||||||||", "1|q|1|r|1|1|1|1|1|||"])("%j counts as new", async (junk) => {
    await redis.set(key, junk);
    expect(await look()).toMatchObject({ state: "closed", version: 0 });
  });

  it("of a later version of Sluice is left as it is, and each process decides alone meanwhile", async () => {
    await redis.set(key, "2|whatever");
    await expect(look()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    const breaker = createBreaker({ name: "b", store });
    expect(await breaker.run(async () => "answer")).toBe("answer");
    expect(await redis.get(key)).toBe("2|whatever");
    // It is that breaker's trouble alone.
    expect(await store.report("c", rules, nothing)).toMatchObject({ state: "closed" });
  });
});

describe("a clock of the store that was set back by an hour", () => {
  const inAnHour = async (): Promise<number> => {
    const [seconds] = await redis.time();
    return (Number(seconds) + 3600) * 1e6;
  };

  it("keeps nothing open, isolated or leased for longer than it was to be", async () => {
    const then = await inAnHour();
    for (const kind of ["o", "i"]) {
      await redis.set(key, `1|${kind}|${then}|forced|${then + 5e6}|5000000|1|0|0|||`);
      expect((await look()).leftMs).toBeLessThanOrEqual(5000);
    }
    await redis.set(key, `1|o|${then}|forced|1|5000000|1|0|0|||a:${then + 10e6}`);
    expect(await look()).toMatchObject({ state: "half-open" });
    expect((await look()).leftMs).toBeLessThanOrEqual(10_000);
  });

  it("forgets counts of the future, and later changes still have later versions", async () => {
    const then = await inAnHour();
    await redis.set(key, `1|c|${then}|reset|0|0|0|0|${then}|${then}:0:9|${then},${then},${then},${then}|`);
    const view = await store.report("b", rules, { ...nothing, failed: 4, rowAgesMs: [0, 0, 0, 0] });
    expect(view).toMatchObject({ state: "closed", version: then });
    expect((await store.force("b", rules, { to: "open", forMs: undefined, reason: "forced" })).version).toBe(then + 1);
  });
});

it("every key expires, an endless isolation too, which is renewed by whoever asks", async () => {
  await store.force("b", rules, { to: "isolated", forMs: undefined, reason: "forced" });
  const days = async (): Promise<number> => (await redis.pttl(key)) / 86_400_000;
  expect(await days()).toBeGreaterThan(29.9);
  await redis.pexpire(key, 60_000);
  await look();
  expect(await days()).toBeGreaterThan(29.9);
  await store.force("b", rules, { to: "closed", forMs: undefined, reason: "reset" });
  expect(await days()).toBeLessThanOrEqual(1.01);
  await redis.flushall();
  await open().report("quiet", rules, nothing);
  expect(await redis.dbsize()).toBe(0);
});

it("what strangers publish on the channel is not taken on trust", async () => {
  const breaker = createBreaker({ name: "b", store });
  await breaker.run(async () => "answer");
  await expect.poll(() => redis.pubsub("CHANNELS"), { timeout: 10_000 }).toContain("sluice:{breaker:b}:changes");
  for (const junk of [
    "",
    "x",
    "1|open|5|",
    "1|nonsense|5|forced",
    "-1|open|5|forced",
    "1|open|-5|forced",
    "1e99|open|5|forced",
    "9|open|5|forced|more",
  ]) {
    await redis.publish("sluice:{breaker:b}:changes", junk);
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(breaker.state()).toBe("closed");
  await breaker.close();
});
