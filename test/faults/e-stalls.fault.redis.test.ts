import { concurrency, createBreaker, createJobs, tokenBucket } from "@sluice/limiter";
import { redisBreakerStore, redisLock } from "@sluice/limiter-redis";
import { startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { setTimeout as rest } from "node:timers/promises";
import { expect } from "vitest";
import { worstExcess } from "../src/fleet/ledger.js";
import { until } from "./b-support.js";
import { block, member, ms, PATIENCE_MS } from "./e-support.js";
import { fault } from "./fault.js";

const ROUNDS = 6;
const ANSWER_MS = 60;
const UNREAD_MS = 120;
/** Longest question while machine and server do as they should; a lock gives twice that to what is left. Unit: milliseconds. */
const CALM_MS = 15;

fault(
  {
    id: "E1",
    fault: `the event loop stalls for ${UNREAD_MS} ms after a question was sent, with ${ANSWER_MS} ms for its answer`,
    expected: "the reply that is there by then wins over the timer: no false timeout at store, breaker or lock",
  },
  async () => {
    await using server = await startRedisServer();
    const commandTimeoutMs = ANSWER_MS;
    await using own = member({ url: server.url, commandTimeoutMs });
    const breakerStore = redisBreakerStore({ url: server.url, commandTimeoutMs });
    const lock = redisLock({ url: server.url, commandTimeoutMs });
    const breaker = createBreaker({ name: "e1", store: breakerStore, onStoreError: "closed" });
    const charge = { bucket: "b", limit: tokenBucket({ refillRate: 1000, burst: 1000 }) };
    let locks = 0;
    const questions = {
      store: () => own.limiter.tryAcquire(charge),
      breaker: () => breaker.refresh(),
      // One that was given up may still be held.
      lock: async () => (await lock.acquire(`e1.${(locks += 1)}`, { timeoutMs: ANSWER_MS })).release(),
    };
    // With all the time there is: it tells what machine and server do meanwhile.
    const control = new Redis(server.url);
    await control.ping();
    const timeouts: Record<string, number> = {};
    let events = 0;
    for (const [name, ask] of Object.entries(questions)) {
      const isAnswered = async (): Promise<boolean> => {
        try {
          await ask();
          return true;
        } catch {
          return false;
        }
      };
      await until(isAnswered, "the first answer");
      timeouts[name] = 0;
      for (let judged = 0, round = 0; judged < ROUNDS; round += 1) {
        expect(round, `${name}: rounds until ${ROUNDS} were calm`).toBeLessThan(10 * ROUNDS);
        const told = own.events.length;
        const asked = isAnswered();
        const calm = new Promise<boolean>((resolve) =>
          setImmediate(() => {
            block(UNREAD_MS);
            const sinceMs = performance.now();
            void control.ping().then(() => resolve(performance.now() - sinceMs < CALM_MS));
          }),
        );
        const [answered, isCalm] = await Promise.all([asked, calm]);
        if (isCalm) {
          judged += 1;
          timeouts[name] += answered ? 0 : 1;
          events += own.events.length - told;
        } else await until(isAnswered, "the next answer");
      }
    }
    control.disconnect();
    for (const one of [breaker, breakerStore, lock]) await one.close();
    expect(timeouts).toEqual({ store: 0, breaker: 0, lock: 0 });
    expect(events).toBe(0);
    const said = Object.entries(timeouts).map(([name, many]) => `${name} ${many}`);
    return `false timeouts in ${ROUNDS} stalls each: ${said.join(", ")}`;
  },
);

const LEASE_MS = 150;
const STALL_MS = 400;

fault(
  {
    id: "E2",
    fault: `the event loop stalls for ${STALL_MS} ms under a lease of ${LEASE_MS} ms`,
    expected: "lock and job are known to be lost in the very turn after the stall, before any timer has run",
  },
  async () => {
    await using server = await startRedisServer();
    await using own = member({ url: server.url });
    const lock = redisLock({ url: server.url, commandTimeoutMs: PATIENCE_MS });
    const jobs = createJobs({ limiter: own.limiter, max: 1, leaseMs: LEASE_MS });
    const believed = { lock: 0, work: 0, job: 0 };
    for (let round = 0; round < 2; round += 1) {
      const held = await lock.acquire(`e2.${round}`, { leaseMs: LEASE_MS });
      block(STALL_MS);
      if (!held.signal.aborted) believed.lock += 1;
      expect(() => held.assertHeld()).toThrow(expect.objectContaining({ code: "LOCK_LOST" }));
      const work = lock.run(`work.${round}`, { leaseMs: LEASE_MS }, async (running) => {
        await rest(1);
        block(STALL_MS);
        if (!running.signal.aborted) believed.work += 1;
      });
      await expect(work).rejects.toMatchObject({ code: "LOCK_LOST" });
      await jobs.run(async (signal) => {
        await rest(1);
        block(STALL_MS);
        if (!signal.aborted) believed.job += 1;
        expect(signal.reason).toMatchObject({ code: "LOCK_LOST" });
      });
    }
    await lock.close();
    expect(believed).toEqual({ lock: 0, work: 0, job: 0 });
    return `stale holders that believed to hold: ${believed.lock} locks, ${believed.work} works, ${believed.job} jobs of 2 each`;
  },
);

fault(
  {
    id: "E2",
    fault: "the event loop stalls past the lease of tokens that were drawn ahead",
    expected: "they are not spent after it: others may have them by then, and all together keep the bound",
  },
  async () => {
    await using server = await startRedisServer();
    await using stalled = member({ url: server.url, lease: { aheadMs: 1000, idleMs: 60_000 } });
    await using other = member({ url: server.url, commandTimeoutMs: PATIENCE_MS + 1 });
    const bound = { refillRate: 50, burst: 100 };
    const charge = { bucket: "b", limit: tokenBucket(bound) };
    const atUs: number[] = [];
    const fromMs = performance.now();
    const granted = (kind: string): boolean => {
      if (kind === "allowed") atUs.push(performance.now() * 1000);
      return kind === "allowed";
    };
    for (let call = 0; call < 24; call += 1) {
      granted(stalled.limiter.tryAcquireSync(charge).kind);
      if (call % 2 === 0) await rest(3);
    }
    const { remaining } = (await other.limiter.peek(charge)) as { readonly remaining: number };
    // What has come in meanwhile was drawn too.
    const refilled = (bound.refillRate * (performance.now() - fromMs)) / 1000;
    const drawn = Math.round(bound.burst - remaining + refilled - atUs.length);
    expect(drawn).toBeGreaterThan(3);
    await rest(20);
    // Longer than a loan lasts, and than the bucket takes to fill up.
    block(2200);
    let spent = 0;
    while (granted(stalled.limiter.tryAcquireSync(charge).kind)) spent += 1;
    while (granted((await other.limiter.tryAcquire(charge)).kind));
    const excess = worstExcess(atUs, bound);
    expect(excess).toBeLessThanOrEqual(1);
    return `${drawn} drawn ahead, ${spent} of them spent after the stall; ${atUs.length} admitted, ${excess.toFixed(1)} over the bound`;
  },
);

fault(
  {
    id: "E3",
    fault: "a stalled holder writes on, without asking",
    expected: "a resource that remembers the highest fence refuses it once the next holder has written",
  },
  async () => {
    await using server = await startRedisServer();
    const { url } = server;
    const [lock, other] = [
      redisLock({ url, commandTimeoutMs: PATIENCE_MS }),
      redisLock({ url, commandTimeoutMs: PATIENCE_MS + 1 }),
    ];
    let highest = 0;
    const write = (fence: number): boolean => {
      if (fence < highest) return false;
      highest = fence;
      return true;
    };
    let stale = 0;
    const waits: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const held = await lock.acquire("e3", { leaseMs: LEASE_MS });
      expect(write(held.fence)).toBe(true);
      block(STALL_MS);
      const sinceMs = performance.now();
      const next = await other.acquire("e3", { leaseMs: 5000, timeoutMs: 10_000 });
      waits.push(performance.now() - sinceMs);
      expect(write(next.fence)).toBe(true);
      if (write(held.fence)) stale += 1;
      expect(await held.release()).toBe(false);
      expect(await next.release()).toBe(true);
    }
    for (const one of [lock, other]) await one.close();
    expect(stale).toBe(0);
    return `stale writes accepted ${stale} of 4; next holder ${ms(Math.max(...waits))} after the stall`;
  },
);

fault(
  {
    id: "E11",
    fault: "a caller stalls past the lease of a place, which another one has by then, and releases it",
    expected: "the other one keeps its place",
  },
  async () => {
    await using server = await startRedisServer();
    await using own = member({ url: server.url });
    await using other = member({ url: server.url, commandTimeoutMs: PATIENCE_MS + 1 });
    // Long enough that the other one still has its place when it is asked about.
    const leaseMs = 600;
    const charge = { bucket: "places", limit: concurrency({ max: 1, leaseMs }) };
    const stale = await own.limiter.acquire(charge);
    block(leaseMs + 50);
    const next = await other.limiter.acquire(charge);
    await stale.release();
    const third = await own.limiter.tryAcquire(charge);
    expect(third.kind).toBe("delayed");
    expect(await stale.renew()).toBe(false);
    expect(await next.renew()).toBe(true);
    return "places of others disturbed 0";
  },
);
