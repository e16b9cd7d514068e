import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { startTcpProxy } from "@sluice/test/tcp-proxy";
import type { Held, Lock } from "@sluice/limiter";
import { Redis } from "ioredis";
import { afterEach, describe, expect, it, vi } from "vitest";
import { watchStalls } from "@sluice/test/stalls";
import { redisLock, type RedisLockOptions } from "./redis-lock.js";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function server(): Promise<RedisServer> {
  const started = await startRedisServer();
  closers.push(() => started.stop());
  return started;
}

function lockAt(url: string, options: Partial<RedisLockOptions> = {}): Lock {
  const lock = redisLock({ url, ...options });
  closers.push(() => lock.close());
  return lock;
}

/** How it failed, and after how long; stalls of this process are not counted. */
async function failure(promise: Promise<unknown>): Promise<{ code: unknown; tookMs: number; text: string }> {
  using stalls = watchStalls();
  const startedMs = performance.now();
  const error: unknown = await promise.then(
    () => new Error("did not fail"),
    (caught: unknown) => caught,
  );
  const tookMs = performance.now() - startedMs - stalls.totalMs;
  return { code: (error as { code?: unknown }).code, tookMs, text: String(error) };
}

const closedCodes = ["LOCK_UNAVAILABLE", "STORE_UNAVAILABLE"];
const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** For whoever does not look for an outage: a busy machine is none. */
const patient = { commandTimeoutMs: 5000 };

describe("while Redis cannot be asked, a lock", () => {
  it("is refused at once when nobody listens, and had again when somebody does", async () => {
    const redis = await server();
    const lock = lockAt(redis.url);
    await redis.kill();
    for (let n = 0; n < 5; n += 1) {
      const { code, tookMs } = await failure(lock.acquire("a", { timeoutMs: 5000 }));
      expect([closedCodes.includes(String(code)), tookMs < 600]).toEqual([true, true]);
    }
    await redis.restart();
    const startedMs = performance.now();
    let got = false;
    while (!got && performance.now() - startedMs < 10_000)
      got = await lock.run("a", {}, () => true).catch(() => pass(20).then(() => false));
    console.log(`first lock ${(performance.now() - startedMs).toFixed(0)} ms after Redis was back`);
    expect(got).toBe(true);
  });

  it("leaves the event loop to others, and is had again, for a caller who comes back at once each time", async () => {
    const redis = await server();
    const lock = lockAt(redis.url);
    await lock.run("a", {}, () => true);
    await redis.kill();
    // A timer of our own says when Redis may come back; without turns of the event loop it would never run.
    let back: Promise<void> | undefined;
    const timer = setTimeout(() => (back = redis.restart()), 300);
    closers.push(() => (clearTimeout(timer), back));
    const startedMs = performance.now();
    let got = false;
    while (!got && performance.now() - startedMs < 10_000)
      got = await lock.run("a", { timeoutMs: 3000 }, () => true).catch(() => false);
    expect([back === undefined, got]).toEqual([false, true]);
  });

  it("is refused by the deadline when the server is frozen, and nothing is held once it thaws", async () => {
    const redis = await server();
    const [lock, other] = [lockAt(redis.url), lockAt(redis.url)];
    for (const one of [lock, other]) await connected(one);
    using stalls = watchStalls();
    redis.pause();
    const refused = await Promise.all([
      failure(lock.acquire("a", { timeoutMs: 200, leaseMs: 8000 })),
      failure(lock.acquire("b", { timeoutMs: 300, leaseMs: 8000 })),
      failure(lock.acquire("c", { timeoutMs: 0, leaseMs: 8000 })),
      failure(other.acquire("d", { timeoutMs: 10_000, leaseMs: 8000 })),
    ]);
    const tooLate = refused.map(({ tookMs }, n) => tookMs - ([200, 300, 500, 10_000][n] as number));
    console.log(`frozen: ${refused.map(({ tookMs, code }) => `${code} after ${tookMs.toFixed(0)} ms`).join(", ")}`);
    expect(refused.every(({ code }) => closedCodes.includes(String(code)))).toBe(true);
    expect(Math.max(tooLate[0] as number, tooLate[1] as number)).toBeLessThan(50);
    // The default time for one answer.
    for (const { tookMs } of refused) expect(tookMs).toBeLessThan(500 + 100);
    await pass(1200);
    redis.resume();
    const probe = new Redis(redis.url);
    closers.push(() => probe.disconnect());
    // A process that stood still may have lost its connection before it could take back what it had asked for: that ends with its lease.
    const timeout = stalls.totalMs > 200 ? 12_000 : 3000;
    await expect.poll(() => probe.keys("*{lock:[a-d]}:held"), { timeout }).toEqual([]);
  }, 40_000);

  it("that is held ends with its lease, by the signal and by the question, and the work is told", async () => {
    const redis = await server();
    const lock = lockAt(redis.url, { commandTimeoutMs: 100 });
    await connected(lock);
    let startedMs = 0;
    const seen: { heldMs?: number; code?: unknown } = {};
    const work = async (held: Held): Promise<void> => {
      using stalls = watchStalls();
      const begunMs = performance.now();
      redis.pause();
      if (!held.signal.aborted) await new Promise((resolve) => held.signal.addEventListener("abort", resolve));
      seen.heldMs = performance.now() - begunMs - stalls.totalMs;
      expect(() => held.assertHeld()).toThrow(expect.objectContaining({ code: "LOCK_LOST" }));
      held.signal.throwIfAborted();
    };
    // A busy machine may keep it from being had.
    while (seen.heldMs === undefined) {
      await pass(20);
      startedMs = performance.now();
      seen.code = (await failure(lock.run("a", { leaseMs: 600 }, work))).code;
    }
    expect(seen.code).toBe("LOCK_LOST");
    expect(performance.now() - startedMs).toBeGreaterThan(550);
    expect(seen.heldMs).toBeLessThan(1000);
    redis.resume();
  });

  it("outlives a cut that is shorter than its lease", async () => {
    const redis = await server();
    await using proxy = await startTcpProxy({ targetPort: redis.port });
    const lock = lockAt(proxy.url, patient);
    const probe = new Redis(redis.url);
    closers.push(() => probe.disconnect());
    const result = await lock.run("a", { leaseMs: 4500 }, async (held) => {
      proxy.cut();
      // What is left falls by itself, and rises with an extension, which a third of the lease brings.
      let leftMs = await probe.pttl("sluice:{lock:a}:held");
      const rises = async (): Promise<boolean> => {
        const before = leftMs;
        leftMs = await probe.pttl("sluice:{lock:a}:held");
        return leftMs > before;
      };
      await expect.poll(rises, { timeout: 10_000 }).toBe(true);
      held.assertHeld();
      return "still held";
    });
    expect(result).toBe("still held");
  });

  it("tells no secret", async () => {
    const redis = await startRedisServer({ password: "hunter2" });
    closers.push(() => redis.stop());
    const { code, text } = await failure(lockAt(redis.url.replace("hunter2", "hunter3")).acquire("a"));
    expect(code).toBe("STORE_UNAVAILABLE");
    expect(text).not.toMatch(/hunter/);
  });
});

describe("a holder that stalls past its lease", () => {
  it("sees it at once, cannot write by its old number, and has stopped nobody for longer than the lease", async () => {
    const redis = await server();
    const [lock, other] = [lockAt(redis.url, patient), lockAt(redis.url, patient)];
    let believed = 0;
    let accepted = 0;
    let highest = 0;
    for (let round = 0; round < 3; round += 1) {
      const stalled = await lock.acquire("a", { leaseMs: 300 });
      block(800);
      if (!stalled.signal.aborted) believed += 1;
      try {
        stalled.assertHeld();
        believed += 1;
      } catch {}
      // Without any time to wait, so it must be free by then.
      const next = await other.acquire("a", { timeoutMs: 0 });
      highest = next.fence;
      if (stalled.fence >= highest) accepted += 1;
      await next.release();
    }
    console.log(
      `stalled 800 ms on a lease of 300 ms: believed to hold ${believed} times, ${accepted} stale writes accepted`,
    );
    expect([believed, accepted]).toEqual([0, 0]);
  });

  it("within work: the work is told before it goes on, although no timer has run", async () => {
    const redis = await server();
    const lock = lockAt(redis.url, patient);
    const wrote: string[] = [];
    const work = lock.run("a", { leaseMs: 300 }, async (held) => {
      await pass(10);
      block(800);
      held.assertHeld();
      wrote.push("stale");
    });
    await expect(work).rejects.toMatchObject({ code: "LOCK_LOST" });
    expect(wrote).toEqual([]);
  });

  it("does not take an answer that arrived during the stall for silence", async () => {
    const redis = await server();
    const lock = lockAt(redis.url, { commandTimeoutMs: 500 });
    await connected(lock);
    for (let round = 0; round < 3; round += 1) {
      const waiting = lock.acquire("a", { timeoutMs: 10_000 });
      await Promise.resolve();
      // Past the time for an answer, and well before the client itself takes a silent connection for a broken one.
      setImmediate(() => block(600));
      expect(await (await waiting).release()).toBe(true);
    }
    // Nor by the caller's own deadline, where the machine leaves the moment that it takes.
    let had = false;
    for (let round = 0; round < 5 && !had; round += 1) {
      const waiting = lock.acquire("b", { timeoutMs: 400 });
      await Promise.resolve();
      setImmediate(() => block(600));
      had = await waiting.then(
        (held) => held.release(),
        () => false,
      );
    }
    expect(had).toBe(true);
  });
});

/** Connects, however long a busy machine takes. */
async function connected(lock: Lock): Promise<void> {
  await vi.waitFor(async () => (await lock.acquire("warm")).release(), { timeout: 10_000 });
}

function block(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}
