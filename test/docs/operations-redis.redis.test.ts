import {
  concurrency,
  createBreaker,
  createLimiter,
  fixedWindow,
  leakyBucket,
  type Limit,
  slidingWindow,
  slidingWindowCounter,
  tokenBucket,
} from "@sluice/limiter";
import { redisBreakerStore, redisLock, redisStore } from "@sluice/limiter-redis";
import { createPolicyEngine } from "@sluice/policy";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bytesOfEach, connected } from "../../docs/snippets/operations-redis.js";
import { pageText } from "./operations-console.js";

let server: RedisServer;
let admin: Redis;
beforeAll(async () => {
  server = await startRedisServer();
  admin = new Redis(server.url);
});
afterAll(async () => {
  admin.disconnect();
  await server.stop();
});

const page = pageText("redis");
const hour = 3_600_000;
const limits: Readonly<Record<string, Limit>> = {
  tokenBucket: tokenBucket({ refillRate: 0.01, burst: 100 }),
  leakyBucket: leakyBucket({ rate: 0.001 }),
  fixedWindow: fixedWindow({ limit: 100, windowMs: hour }),
  slidingWindowCounter: slidingWindowCounter({ limit: 100, windowMs: hour }),
  slidingWindow: slidingWindow({ limit: 100, windowMs: hour }),
  concurrency: concurrency({ max: 100, leaseMs: hour }),
};

/** The number in a column of the row that begins so. */
function figure(begin: string, column: number): number {
  const row = page.split("\n").find((line) => line.startsWith("|") && line.includes(begin));
  return Number((row?.split("|")[column + 1] ?? "").replaceAll(/[^\d.]/g, ""));
}

async function infoOf(name: string): Promise<number> {
  return Number(new RegExp(`^${name}:(.*)$`, "m").exec(await admin.info("everything"))?.[1]);
}

describe("the page about Redis", () => {
  it.each(Object.entries(limits))("says what a bucket takes, to a fifth: %s", async (kind, limit) => {
    // In a server that has not held anything before, with its table of keys as full as at 10 000.
    await using fresh = await startRedisServer();
    const client = new Redis(fresh.url, { maxRetriesPerRequest: 0 });
    const bytes = await bytesOfEach(client, limit, 2500);
    client.disconnect();
    const told = figure(`\`${kind}\``, 1);
    expect(told).toBeGreaterThan(bytes * 0.8);
    expect(told).toBeLessThan(bytes * 1.2);
  });

  it("has a table that is what its figures come to", () => {
    const bytes = figure("`tokenBucket`", 1);
    for (const [buckets, words] of [
      [100, " 100 |"],
      [10_000, " 10 000 |"],
      [1_000_000, " 1 000 000 |"],
    ] as const) {
      const wanted = (bytes * buckets) / 2 ** 20;
      expect(figure(words, 2)).toBeGreaterThan(wanted * 0.9);
      expect(figure(words, 2)).toBeLessThan(wanted * 1.1);
      expect(figure(words, 4)).toBeGreaterThan(2 * figure(words, 2));
    }
  });

  it("says what a decision sends, and how many connections a process has", async () => {
    const store = redisStore({ url: server.url });
    const limiter = createLimiter({ store, provider: "slack", account: "acme" });
    const charge = { bucket: "users.list", limit: tokenBucket({ refillRate: 0.01, burst: 1000 }) };
    const clients = await infoOf("connected_clients");
    await limiter.tryAcquire(charge);
    await expect.poll(async () => (await infoOf("connected_clients")) - clients, { timeout: 10_000 }).toBe(2);
    await admin.config("RESETSTAT");
    for (let call = 0; call < 500; call += 1) await limiter.tryAcquire(charge);
    const [bytesIn, bytesOut] = [await infoOf("total_net_input_bytes"), await infoOf("total_net_output_bytes")];
    // The answer to the first of these two questions is among what was sent: 7 kB of 500 answers.
    expect(bytesIn / 500).toBeGreaterThan(200);
    expect(bytesIn / 500).toBeLessThan(320);
    expect(bytesOut / 500).toBeGreaterThan(45);
    expect(bytesOut / 500).toBeLessThan(110);
    await limiter.close();
    await store.close();
  });

  it("names every kind of key, and which of them never expire", async () => {
    await admin.flushall();
    const store = redisStore({ url: server.url });
    const limiter = createLimiter({ store, provider: "slack", account: "acme" });
    for (const [bucket, limit] of Object.entries(limits)) await limiter.tryAcquire({ bucket, limit });
    const engine = createPolicyEngine({
      redis: server.url,
      policies: [{ name: "per-user", scope: "user", windows: [{ limit: 1, per: "minute" }] }],
    });
    for (let call = 0; call < 2; call += 1) await engine.check({ user: "alice" });
    await engine.emergency.shadow({ forMs: 1000, reason: "a record", author: "ops" });
    const breakerStore = redisBreakerStore({ url: server.url });
    const breaker = createBreaker({ name: "gitlab", store: breakerStore });
    await breaker.run(() => Promise.reject(new Error("down"))).catch(() => {});
    await breaker.refresh();
    const lock = redisLock({ url: server.url });
    await lock.run("members", {}, async () => {
      const slow = { timeout: 10_000 };
      await expect.poll(() => admin.exists("sluice:{breaker:gitlab}:circuit"), slow).toBe(1);
      await expect.poll(() => admin.keys("sluice:{presence}:*"), slow).not.toEqual([]);
      const keys = (await admin.keys("*")).toSorted();
      const told = keyPatterns();
      expect(keys.filter((key) => !told.some((one) => one.test(key)))).toEqual([]);
      expect(keys).toContain("sluice:{policy:default}:t:per-user/60000/user/alice");
      const lasting: string[] = [];
      for (const key of keys) if ((await admin.pttl(key)) === -1) lasting.push(key);
      expect(lasting).toEqual(
        ["audit", "head", "records"].map((part) => `sluice:{control:policy%003adefault}:${part}`),
      );
    });
    for (const part of [limiter, store, engine, breakerStore, lock]) await part.close();
  });

  it("has a way to back up policies and their audit that is whole elsewhere", async () => {
    await admin.flushall();
    const engine = createPolicyEngine({ redis: server.url, policies: [] });
    await engine.policies.add({ name: "per-user", scope: "user", windows: [{ limit: 7, per: "minute" }] });
    await engine.close();
    await using other = await startRedisServer();
    const target = new Redis(other.url);
    const [, parts = ""] = /for part in ([a-z ]+); do/.exec(page) ?? [];
    const [, head = ""] = /DUMP "(.*)\$part"/.exec(page) ?? [];
    for (const part of parts.split(" ")) {
      const dumped = await admin.dumpBuffer(`${head}${part}`);
      expect(dumped, part).not.toBeNull();
      await target.restore(`${head}${part}`, 0, dumped as Buffer);
    }
    target.disconnect();
    const restored = createPolicyEngine({ redis: other.url, policies: [] });
    expect(await restored.policies.list()).toMatchObject([{ name: "per-user", windows: [{ limit: 7 }] }]);
    expect(await restored.audit.verify()).toMatchObject({ intact: true, entries: 1 });
    await restored.close();
  });

  it("shows a store that asks for its password anew and tells of an outage", async () => {
    await using guarded = await startRedisServer();
    const owner = new Redis(guarded.url);
    await owner.call("ACL", "SETUSER", "sluice", "on", ">first", "~shop:*", "&shop:*", "+@all");
    const lines: string[] = [];
    await using store = connected(
      guarded.url,
      async () => "first",
      (line) => lines.push(line),
    );
    const limiter = createLimiter({ store, provider: "slack", account: "acme" });
    expect((await limiter.tryAcquire({ bucket: "b", limit: limits["tokenBucket"] as Limit })).kind).toBe("allowed");
    expect(await owner.keys("*")).toContain("shop:{slack:acme}:t:b");
    owner.disconnect();
    await guarded.kill();
    for (let call = 0; call < 3; call += 1)
      await limiter.tryAcquire({ bucket: "b", limit: limits["tokenBucket"] as Limit });
    await expect.poll(() => lines, { timeout: 10_000 }).toEqual([expect.stringMatching(/^store-down: /)]);
    await limiter.close();
  });
});

/** The keys of the page as patterns: dots for what may be anything, the letters of algorithms for one another. */
function keyPatterns(): readonly RegExp[] {
  const rows = page.split("\n## Keys\n")[1]?.split("\n## ")[0] ?? "";
  const cells = [...rows.matchAll(/^\| (`.*?) \|/gm)].map(([, cell]) => [...String(cell).matchAll(/`(.*?)`/g)]);
  return cells.flatMap((names) => {
    const [whole = ""] = names.map(([, name]) => String(name));
    const head = whole.slice(0, whole.indexOf("}") + 1);
    return names.map(([, name]) => patternOf(String(name).startsWith(":") ? head + String(name) : String(name)));
  });
}

function patternOf(name: string): RegExp {
  const text = name
    .replace("users.list", "…")
    .replaceAll(/[{}.$^*+?()|[\]]/g, String.raw`\$&`)
    .replaceAll("…", ".*")
    .replace(/:[tlfswc]:/, ":[tlfswc]:");
  return new RegExp(`^${text}$`);
}
