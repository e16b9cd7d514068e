import { customLimit, type CustomResult, type CustomStore, tokenBucket, withCustomLimits } from "@sluice/limiter";
import { customStatesContract } from "@sluice/limiter/testing";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { redisLock } from "../lock/redis-lock.js";
import { watchStalls } from "@sluice/test/stalls";
import { redisStore } from "../store/redis-store.js";
import { redisStates } from "./redis-states.js";

let server: RedisServer;
let count = 0;

beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());

customStatesContract("states in Redis", {
  open: () => {
    count += 1;
    return redisStates({ url: server.url, prefix: `test${count}`, commandTimeoutMs: PATIENT_MS });
  },
});

interface Window {
  readonly window: number;
  readonly used: number;
}

/** A busy machine is no outage. */
const PATIENT_MS = 5000;
const WINDOW_MS = 250;
const LIMIT = 5;
const fewAWindow = customLimit<Window>({
  name: "few a window",
  algorithm: (state, nowMs, cost): CustomResult<Window> => {
    const window = Math.floor(nowMs / WINDOW_MS);
    const used = (state?.window === window ? state.used : 0) + cost;
    return used > LIMIT
      ? { state: { window, used }, decision: { allowed: false, retryAfterMs: (window + 1) * WINDOW_MS - nowMs } }
      : { state: { window, used }, decision: { allowed: true, remaining: LIMIT - used } };
  },
});

describe("custom limits in Redis", () => {
  const closers: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });
  const process = (prefix: string, url = server.url, commandTimeoutMs = PATIENT_MS): CustomStore => {
    const own = { url, prefix, commandTimeoutMs };
    const [lock, states, inner] = [redisLock(own), redisStates(own), redisStore({ ...own, onStoreError: "closed" })];
    const store = withCustomLimits(inner, { lock, states, lockTimeoutMs: 10_000 });
    closers.push(async () => {
      for (const { close } of [store, lock, states]) await close();
    });
    return store;
  };
  const client = (): Redis => {
    const redis = new Redis(server.url);
    closers.push(async () => redis.disconnect());
    return redis;
  };
  const below = { bucket: "p", limit: tokenBucket({ refillRate: 1e-3, burst: 1000 }), cost: 1 };
  let asked = 0;
  const ask = (store: CustomStore, how: { charges?: CustomCharges; count?: number; peek?: boolean } = {}) => {
    asked += 1;
    const charges = how.charges ?? [{ bucket: "b", limit: fewAWindow, cost: 1 }, below];
    const { count: units = 1, peek = false } = how;
    return store.take({ scope: "s:t", charges, count: units, ahead: 0, group: 1, withinMs: 0, id: `${asked}`, peek });
  };
  type CustomCharges = Parameters<CustomStore["take"]>[0]["charges"];

  /** Four clients that ask as often as they can, for so long and until so many were granted; the moments that their answers name. */
  const askHard = async (prefix: string, charges: CustomCharges, forMs: number, least: number): Promise<number[]> => {
    const granted: number[] = [];
    const untilMs = performance.now() + forMs;
    await Promise.all(
      [1, 2, 3, 4].map(async () => {
        const store = process(prefix);
        while (performance.now() < untilMs || granted.length < least) {
          const { slots, nowUs } = await ask(store, { charges, count: 2 });
          for (const { units } of slots) granted.push(...Array<number>(units).fill(nowUs));
        }
      }),
    );
    return granted;
  };

  it("are never exceeded by four that ask as often as they can", async () => {
    // Alone: beside a limit of the store below, an answer names the moment of that one, a way to Redis later.
    const granted = await askHard("four", [{ bucket: "b", limit: fewAWindow, cost: 1 }], 2000, LIMIT * 5 + 1);
    const windows = counts(granted.map((us) => Math.floor(us / 1000 / WINDOW_MS)));
    console.log(
      `${asked} questions of four clients: most in a window of ${LIMIT}: ${Math.max(...windows)}, ${granted.length} granted in ${windows.length} windows`,
    );
    expect(Math.max(...windows)).toBeLessThanOrEqual(LIMIT);
    expect(granted.length).toBeGreaterThan(LIMIT * 5);
  });

  it("take as much from the store below as they grant", async () => {
    const granted = await askHard("below", [{ bucket: "b", limit: fewAWindow, cost: 1 }, below], 1000, LIMIT * 2 + 1);
    const { remaining } = await ask(process("below"), { charges: [below], peek: true });
    expect(granted.length).toBeGreaterThan(LIMIT * 2);
    expect(remaining).toBe(1000 - granted.length);
  });

  it("keep their state in the scope's slot, with an end, and tell one process of another's pause", async () => {
    const [store, other, redis] = [process("kept"), process("kept"), client()];
    await ask(store);
    const keys = (await redis.keys("kept:{s:t}:x:*")).toSorted();
    expect(keys).toEqual(["kept:{s:t}:x:few%0020a%0020window:b"]);
    expect(await redis.pttl(keys[0] as string)).toBeGreaterThan(86_000_000);
    const charges = [{ bucket: "b", limit: fewAWindow, cost: 1 }];
    await store.observe({ scope: "s:t", charges, pauseMs: 60_000, remaining: undefined });
    const { slots, nextUs, nowUs } = await ask(other);
    expect(slots).toEqual([]);
    expect((nextUs - nowUs) / 1000).toBeGreaterThan(50_000);
  });

  it("begin anew where something of another type or shape is found, and leave alone what a newer version wrote", async () => {
    const [store, redis] = [process("strange"), client()];
    const key = "strange:{s:t}:x:few%0020a%0020window:b";
    const put = [
      () => redis.lpush(key, "a list"),
      () => redis.set(key, "no fence"),
      () => redis.set(key, "5:not json"),
    ];
    for (const one of put) {
      await redis.del(key);
      await one();
      expect((await ask(store)).slots).toHaveLength(1);
      expect(await redis.get(key)).toMatch(/^\d+:\{"v":1,"pausedUntilUs":0,"state":\{"window":\d+,"used":1\}\}$/);
    }
    const newer = '5:{"v":2,"something":"else"}';
    await redis.set(key, newer);
    await expect(ask(store)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(await redis.get(key)).toBe(newer);
  });

  it("fail closed while Redis is away, in time, and are back with it", async () => {
    const own = await startRedisServer();
    closers.push(() => own.stop());
    // The default time for one answer.
    const store = process("away", own.url, 500);
    const units = (): Promise<number> => Promise.resolve(ask(store)).then(({ slots }) => slots.length);
    await expect.poll(() => units().catch(() => 0), { timeout: 10_000 }).toBe(1);
    own.pause();
    using stalls = watchStalls();
    const startedMs = performance.now();
    await expect(ask(store)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(performance.now() - startedMs - stalls.totalMs).toBeLessThan(700);
    own.resume();
    await expect.poll(() => units().catch(() => 0), { timeout: 10_000 }).toBe(1);
  });

  it("do not let a process that stalled between reading and writing undo what others took meanwhile", async () => {
    const own = { url: server.url, prefix: "stalled", commandTimeoutMs: PATIENT_MS };
    const [lock, states, inner] = [redisLock(own), redisStates(own), redisStore({ ...own, onStoreError: "closed" })];
    const dear = { ...below, cost: 5 };
    let saves = 0;
    const stalling = withCustomLimits(inner, {
      lock,
      leaseMs: 100,
      states: {
        ...states,
        async save(...args) {
          saves += 1;
          // The first write leaves when the lease is long over, and somebody else has written.
          if (saves === 1) {
            await new Promise((resolve) => setTimeout(resolve, 300));
            await ask(process("stalled"), { charges: [{ bucket: "b", limit: slow, cost: 2 }, dear] });
          }
          return states.save(...args);
        },
      },
    });
    closers.push(async () => {
      for (const { close } of [stalling, lock, states]) await close();
    });
    const slow = customLimit<number>({
      name: "ten for ever",
      algorithm: (used = 0, _, cost) => ({
        state: used + cost,
        decision: { allowed: true, remaining: 10 - used - cost },
      }),
    });
    const { remaining } = await ask(stalling, { charges: [{ bucket: "b", limit: slow, cost: 1 }, dear] });
    expect([saves, remaining]).toEqual([2, 7]);
    const left = await ask(process("stalled"), { charges: [below], peek: true });
    // What has dripped in since was not lost, so it is not given back: less than one token.
    expect(left.remaining).toBeGreaterThanOrEqual(1000 - 2 * dear.cost - 1);
  });
});

function counts(values: readonly number[]): number[] {
  const byValue = new Map<number, number>();
  for (const value of values) byValue.set(value, (byValue.get(value) ?? 0) + 1);
  return [...byValue.values()];
}
