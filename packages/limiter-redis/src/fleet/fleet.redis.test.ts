import { createLimiter, slidingWindow, tokenBucket } from "@sluice/limiter";
import { startRedisServer } from "@sluice/test/redis-server";
import { watchStalls } from "@sluice/test/stalls";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { redisBreakerStore } from "../breaker/redis-breaker-store.js";
import { redisStore } from "../store/redis-store.js";
import { diagnoseRedis } from "./diagnose.js";
import { redisFleet } from "./fleet.js";

let server: Awaited<ReturnType<typeof startRedisServer>>;
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());

let prefixes = 0;
/** A busy machine is no outage. */
const commandTimeoutMs = 5000;
function fresh() {
  prefixes += 1;
  return { url: server.url, prefix: `fleet${prefixes}`, commandTimeoutMs };
}

function limiterOn(where: ReturnType<typeof fresh>) {
  const store = redisStore(where);
  const limiter = createLimiter({ store, provider: "slack", account: "acme" });
  onTestFinished(async () => {
    await limiter.close();
    await store.close();
  });
  return limiter;
}

const slow = { bucket: "chat.postMessage", limit: tokenBucket({ refillRate: 0.01, burst: 3 }) };

describe("a fleet, seen from outside", { timeout: 30_000 }, () => {
  it("shows how full buckets are, who was refused and who waits, within two seconds", async () => {
    const where = fresh();
    const limiter = limiterOn(where);
    await using fleet = redisFleet(where);
    const over = new AbortController();
    for (let call = 0; call < 5; call += 1) await limiter.tryAcquire(slow);
    const waits = [1, 2].map(() => limiter.acquire(slow, { timeoutMs: Infinity, signal: over.signal }));
    const other = { bucket: "users.list", limit: slidingWindow({ limit: 10, windowMs: 60_000 }) };
    await limiter.tryAcquire(other);
    await limiter.observe(other, { retryAfterMs: 50 });

    using stalls = watchStalls();
    const sinceMs = performance.now();
    let seen = await fleet.look();
    await expect.poll(async () => (seen = await fleet.look()).scopes[0]?.waiting, { timeout: 10_000 }).toBe(2);
    expect(performance.now() - sinceMs - stalls.totalMs).toBeLessThan(4000);
    const { scopes, buckets, processes, scanned } = seen;
    expect(processes).toHaveLength(1);
    expect(scopes).toMatchObject([{ scope: "slack:acme", throttled: 1 }]);
    expect(scanned).toEqual({ buckets: 2, complete: true });
    const chat = buckets.find(({ bucket }) => bucket === "chat.postMessage");
    expect(chat).toMatchObject({ kind: "tokenBucket", capacity: 3, remaining: 0, waiting: 2, scope: "slack:acme" });
    expect(chat?.nextMs).toBeGreaterThan(50_000);
    expect(buckets.find(({ bucket }) => bucket === "users.list")).toMatchObject({ kind: "slidingWindow" });

    over.abort(new Error("enough"));
    await Promise.allSettled(waits);
    await expect.poll(async () => (await fleet.look()).scopes[0]?.waiting ?? 0, { timeout: 10_000 }).toBe(0);
  });

  it("shows of a process that has closed that nothing waits, and goes on knowing its buckets", async () => {
    const where = fresh();
    const store = redisStore(where);
    const limiter = createLimiter({ store, provider: "slack", account: "acme" });
    await using fleet = redisFleet(where);
    for (let call = 0; call < 3; call += 1) await limiter.tryAcquire(slow);
    const waits = [1, 2].map(() => limiter.acquire(slow, { timeoutMs: Infinity }));
    await limiter.observe(slow, { retryAfterMs: 50 });
    const settled = Promise.allSettled(waits);
    await expect.poll(async () => (await fleet.look()).scopes[0]?.waiting, { timeout: 10_000 }).toBe(2);
    await limiter.close();
    await store.close();
    await settled;

    const empty = { bucket: "chat.postMessage", capacity: 3, remaining: 0, waiting: 0, grantedPerSecond: 0 };
    const { scopes, buckets } = await fleet.look();
    expect(scopes).toMatchObject([{ waiting: 0, grantedPerSecond: 0, refusedPerSecond: 0, throttled: 1 }]);
    expect(buckets).toMatchObject([empty]);

    // Off the list too, as it is some seconds later.
    const redis = new Redis(server.url);
    onTestFinished(() => redis.disconnect());
    await redis.del(`${where.prefix}:{presence}`);
    await using later = redisFleet(where);
    expect(await later.look()).toMatchObject({ processes: [], scopes: [], buckets: [empty], scanned: { buckets: 1 } });
    const [own] = await redis.keys(`${where.prefix}:{presence}:*`);
    expect(await redis.pttl(String(own))).toBeGreaterThan(20_000);
  });

  it("knows buckets whose processes are gone for longer by their keys alone", async () => {
    const where = fresh();
    const store = redisStore(where);
    const limiter = createLimiter({ store, provider: "slack", account: "acme" });
    await limiter.tryAcquire(slow);
    await limiter.close();
    await store.close();
    const redis = new Redis(server.url);
    onTestFinished(() => redis.disconnect());
    await redis.del(...(await redis.keys(`${where.prefix}:{presence}:*`)));
    await using fleet = redisFleet(where);
    const { buckets } = await fleet.look();
    expect(buckets).toMatchObject([{ bucket: "chat.postMessage", limit: undefined, remaining: undefined }]);
    expect(buckets[0]?.idleMs).toBeGreaterThan(50_000);
  });

  it("scans in bounded steps, and goes on where it stopped", async () => {
    const where = fresh();
    const limiter = limiterOn(where);
    await Promise.all(
      Array.from({ length: 1200 }, (_, index) => limiter.tryAcquire({ ...slow, bucket: `channel ${index}` })),
    );
    await using fleet = redisFleet(where);
    const first = await fleet.look({ steps: 1, most: 10 });
    expect(first.scanned.complete).toBe(false);
    expect(first.scanned.buckets).toBeLessThan(1200);
    expect(first.buckets.length).toBeLessThanOrEqual(10);
    for (let look = 0; look < 20; look += 1) await fleet.look({ steps: 1, most: 10 });
    expect((await fleet.look({ steps: 1, most: 10 })).scanned).toEqual({ buckets: 1200, complete: true });
  });

  it("reads breakers as they stand", async () => {
    const where = fresh();
    await using store = redisBreakerStore(where);
    const rules = {
      failureRate: 0.5,
      minimumCalls: 10,
      windowMs: 10_000,
      consecutiveFailures: 5,
      openMs: 1000,
      maxOpenMs: 60_000,
      probeLeaseMs: 1000,
      probes: 1,
    };
    await store.force("git lab", rules, { to: "open", forMs: 60_000, reason: "forced" });
    await store.force("isolated", rules, { to: "isolated", forMs: undefined, reason: "forced" });
    await store.force("short", rules, { to: "open", forMs: 1, reason: "forced" });
    await new Promise((resolve) => setTimeout(resolve, 10));
    await using fleet = redisFleet(where);
    const breakers = (await fleet.look()).breakers.toSorted((one, other) => (one.name < other.name ? -1 : 1));
    expect(breakers).toMatchObject([
      { name: "git lab", state: "open", reason: "forced" },
      { name: "isolated", state: "isolated", leftMs: Number.POSITIVE_INFINITY },
      { name: "short", state: "half-open", leftMs: 0 },
    ]);
    expect(breakers[0]?.leftMs).toBeGreaterThan(50_000);
  });

  it("lives with what others write in its place", async () => {
    const where = fresh();
    const limiter = limiterOn(where);
    await limiter.tryAcquire(slow);
    await using fleet = redisFleet(where);
    await expect.poll(async () => (await fleet.look()).scopes.length, { timeout: 10_000 }).toBe(1);
    const redis = new Redis(server.url);
    onTestFinished(() => redis.disconnect());
    const [own] = (await redis.keys(`${where.prefix}:{presence}:*`)) as [string];
    for (const text of [
      "no json",
      '{"v":2}',
      '{"v":1,"ms":-1,"s":[],"b":[]}',
      '{"v":1,"ms":1,"s":[[1]],"b":[["x"]]}',
    ]) {
      // The process itself may tell something else in between.
      const look = async (): Promise<readonly number[]> => {
        await redis.set(own, text, "PX", 900);
        const { processes, scopes } = await fleet.look();
        return [processes.length, scopes.length];
      };
      await expect.poll(look, { timeout: 10_000 }).toEqual([1, 0]);
    }
    await redis.set(`${where.prefix}:{breaker:odd}:circuit`, "2|what");
    await redis.set(`${where.prefix}:{slack:acme}:t:odd`, "2|what", "PX", 5000);
    expect((await fleet.look({ steps: 1000 })).breakers).toEqual([]);
  });
});

describe("buckets made as if unused", { timeout: 30_000 }, () => {
  it.each([
    ["a token bucket", tokenBucket({ refillRate: 0.01, burst: 3 })],
    ["a sliding window", slidingWindow({ limit: 3, windowMs: 60_000 })],
    ["a fixed window", { kind: "fixedWindow", limit: 3, windowMs: 60_000 } as const],
    ["a window of two counts", { kind: "slidingWindowCounter", limit: 3, windowMs: 60_000 } as const],
  ])("%s is whole again, also for processes that knew it empty, and counts on", async (_, limit) => {
    const where = fresh();
    const limiter = limiterOn(where);
    const charge = { bucket: "b", limit };
    for (let call = 0; call < 3; call += 1) expect((await limiter.tryAcquire(charge)).kind).toBe("allowed");
    expect((await limiter.tryAcquire(charge)).kind).toBe("delayed");
    await using fleet = redisFleet(where);
    const keys = await fleet.bucketsOf("slack:acme");
    expect(await fleet.refill("slack:acme", keys)).toBe(1);
    for (let call = 0; call < 3; call += 1) expect((await limiter.tryAcquire(charge)).kind).toBe("allowed");
    expect((await limiter.tryAcquire(charge)).kind).toBe("delayed");
  });

  it.each([
    ["a token bucket", tokenBucket({ refillRate: 3, burst: 6 })],
    ["a sliding window", slidingWindow({ limit: 6, windowMs: 2000 })],
    ["a fixed window", { kind: "fixedWindow", limit: 6, windowMs: 2000 } as const],
    ["a window of two counts", { kind: "slidingWindowCounter", limit: 6, windowMs: 1000 } as const],
  ])("%s stays so for a process that comes back when others have used it and made it good", async (_, limit) => {
    const where = fresh();
    const [away, other] = [limiterOn(where), limiterOn(where)];
    const charge = { bucket: "b", limit };
    // In one turn, here and below: nothing comes back in between, however long the machine stands still.
    const [took, empty] = await Promise.all([away.tryAcquire({ ...charge, cost: 6 }), away.tryAcquire(charge)]);
    expect([took.kind, empty.kind]).toEqual(["allowed", "delayed"]);
    await using fleet = redisFleet(where);
    expect(await fleet.refill("slack:acme", await fleet.bucketsOf("slack:acme"))).toBe(1);
    expect((await other.tryAcquire(charge)).kind).toBe("allowed");
    await new Promise((resolve) => setTimeout(resolve, 400));
    const [back, refused] = await Promise.all([
      away.tryAcquire({ ...charge, cost: 5 }),
      other.tryAcquire({ ...charge, cost: 5 }),
    ]);
    expect([back.kind, refused.kind]).toEqual(["allowed", "delayed"]);
  });

  it("takes no keys of another scope, and no places of running jobs", async () => {
    const where = fresh();
    const limiter = limiterOn(where);
    const jobs = { bucket: "jobs", limit: { kind: "concurrency", max: 1, leaseMs: 60_000 } as const };
    await limiter.tryAcquire(jobs);
    await limiter.tryAcquire(slow);
    await using fleet = redisFleet(where);
    expect(await fleet.bucketsOf("slack:acme")).toEqual([`${where.prefix}:{slack:acme}:t:chat.postMessage`]);
    expect(await fleet.refill("slack:acme", [`${where.prefix}:{slack:acme}:c:jobs`])).toBe(0);
    expect(await fleet.refill("other", [`${where.prefix}:{slack:acme}:t:chat.postMessage`])).toBe(0);
  });
});

describe("a diagnosis", { timeout: 30_000 }, () => {
  it("finds nothing but the missing file in a server as it comes", async () => {
    let findings: Awaited<ReturnType<typeof diagnoseRedis>> = [];
    const wrong = async (): Promise<readonly string[]> => {
      findings = await diagnoseRedis({ url: server.url, commandTimeoutMs });
      return findings.filter(({ state }) => state !== "ok").map(({ check }) => check);
    };
    // That it answers slowly is found too, and rightly while the machine is busy.
    await expect.poll(wrong, { timeout: 10_000 }).toEqual(["persistence"]);
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining(["connection", "version", "scripts", "rights", "eviction", "clock"]),
    );
  });

  it("names what is wrong, and what to do about it", async () => {
    await using odd = await startRedisServer({ args: ["--maxmemory-policy", "allkeys-lru"] });
    const redis = new Redis(odd.url);
    onTestFinished(() => redis.disconnect());
    await redis.call("ACL", "SETUSER", "weak", "on", ">pass", "~sluice:*", "&sluice:*", "+@all", "-zadd");
    const findings = await diagnoseRedis({ url: odd.url.replace("redis://", "redis://weak:pass@"), commandTimeoutMs });
    const problems = findings.filter(({ state }) => state === "problem");
    expect(problems.map(({ check }) => check).toSorted()).toEqual(["eviction", "rights"]);
    expect(problems.find(({ check }) => check === "rights")?.advice).toBe("ACL SETUSER <user> +zadd");
  });

  it("warns of rights that only policies and their audit need", async () => {
    await using own = await startRedisServer();
    const redis = new Redis(own.url);
    onTestFinished(() => redis.disconnect());
    const without = ["-hgetall", "-xrange", "-xlen"];
    await redis.call("ACL", "SETUSER", "weak", "on", ">pass", "~sluice:*", "&sluice:*", "+@all", ...without);
    const findings = await diagnoseRedis({ url: own.url.replace("redis://", "redis://weak:pass@"), commandTimeoutMs });
    const rights = findings.filter(({ check }) => check === "rights");
    expect(rights.map(({ state }) => state)).toEqual(["ok", "warning"]);
    expect(rights[1]?.advice).toContain("ACL SETUSER <user> +hgetall +xlen +xrange");
  });

  it("tells a refused login from a server that is not there, and shows no password", async () => {
    await using closed = await startRedisServer({ password: "s3cret" });
    const [login] = await diagnoseRedis({ url: `redis://:inexact@127.0.0.1:${closed.port}`, commandTimeoutMs });
    expect(login).toMatchObject({ check: "connection", state: "problem" });
    expect(login?.advice).toContain("user and password");
    const [gone] = await diagnoseRedis({ url: "redis://:hidden@127.0.0.1:1", commandTimeoutMs: 300 });
    expect(gone).toMatchObject({ check: "connection", state: "problem" });
    expect(JSON.stringify([login, gone])).not.toMatch(/inexact|hidden|s3cret/);
  });
});
