import {
  concurrency,
  createBreaker,
  createLimiter,
  customLimit,
  fixedWindow,
  leakyBucket,
  type Limit,
  slidingWindow,
  slidingWindowCounter,
  tokenBucket,
  withCustomLimits,
} from "@sluice/limiter";
import { redisBreakerStore, redisLock, redisStates, redisStore } from "@sluice/limiter-redis";
import { type RedisCluster, type RedisServer, startRedisCluster } from "@sluice/test/redis-server";
import { afterAll, beforeAll, expect } from "vitest";
import { nodeOf } from "./b-slots.js";
import {
  answered,
  call,
  type Called,
  counted,
  longestMs,
  member,
  ms,
  PATIENT_MS,
  ran,
  refused,
  slotOf,
} from "./b-support.js";
import { fault } from "./fault.js";

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster();
});
afterAll(() => cluster.stop());

/** Of all nodes together. */
async function sum(figure: (node: RedisServer) => Promise<number>): Promise<number> {
  let total = 0;
  for (const node of cluster.primaries) total += await figure(node);
  return total;
}

const scripts = () => sum(async (node) => (await ran(node, "evalsha")) + (await ran(node, "eval")));

const limits: readonly Limit[] = [
  tokenBucket({ refillRate: 1000, burst: 1000 }),
  leakyBucket({ rate: 1000 }),
  slidingWindow({ limit: 1000, windowMs: 1000 }),
  fixedWindow({ limit: 1000, windowMs: 1000 }),
  slidingWindowCounter({ limit: 1000, windowMs: 1000 }),
  concurrency({ max: 1000 }),
];
const charges = limits.map((limit) => ({ bucket: `of ${limit.kind}`, limit }));
const always = customLimit<number>({
  name: "always",
  initial: 0,
  algorithm: (state) => ({ state: state + 1, decision: { allowed: true } }),
});

const ACCOUNTS = 20;

fault(
  {
    id: "B10",
    fault: `calls over several limits of every kind, by every method, for ${ACCOUNTS} accounts of a cluster`,
    expected: "no script whose keys lie in different slots, no call fails",
  },
  async () => {
    const { url } = cluster;
    const crossed = (node: RedisServer) => answered(node, "CROSSSLOT");
    const before = [await sum(crossed), await scripts()];
    await using one = member({ url, deadlineMs: PATIENT_MS });
    const where = { url, commandTimeoutMs: PATIENT_MS };
    const [lock, states, breakers] = [redisLock(where), redisStates(where), redisBreakerStore(where)];
    const custom = withCustomLimits(redisStore({ ...where, onStoreError: "closed" }), { lock, states });
    for (let n = 0; n < ACCOUNTS; n += 1) {
      const limiter = one.limiter(`account ${n}`);
      const grant = await limiter.acquire(charges);
      expect(await grant.renew()).toBe(true);
      await grant.landed();
      await grant.release();
      await (await limiter.acquire(charges)).giveBack();
      await (await limiter.reserve(charges)).cancel();
      await limiter.observe(charges, { remaining: 500 });
      expect((await limiter.peek(charges)).kind).toBe("allowed");
      const own = createLimiter({ store: custom, provider: "own", account: `account ${n}` });
      const mixed = [...charges, { bucket: "custom", limit: always }, { bucket: "custom too", limit: always }];
      expect((await own.tryAcquire(mixed as typeof charges)).kind).toBe("allowed");
      await own.close();
      const breaker = createBreaker({ name: `of account ${n}`, store: breakers });
      await breaker.run(async () => n);
      await breaker.force("open");
      await breaker.reset();
      await breaker.close();
      await lock.run(`of account ${n}`, {}, () => n);
    }
    expect(one.events).toEqual([]);
    for (const other of [custom, breakers, lock, states]) await other.close();
    const errors = (await sum(crossed)) - Number(before[0]);
    const scriptsRan = (await scripts()) - Number(before[1]);
    expect(errors).toBe(0);
    expect(scriptsRan).toBeGreaterThan(ACCOUNTS * 10);

    // Had there been one, it would have been seen.
    const node = await nodeOf(cluster.primaries[0] as RedisServer);
    await expect(node.redis.call("EVAL", "return 1", "2", "{a}", "{b}")).rejects.toThrow("CROSSSLOT");
    node.redis.disconnect();
    expect((await sum(crossed)) - Number(before[0])).toBe(1);
    return `${errors} errors over ${scriptsRan} scripts of ${charges.length} and more keys`;
  },
);

/** Texts of braces above all, and of what else means something to a key or to those who read it. */
function hostile(index: number): string {
  const alphabet = ["{", "}", "{}", "a", "b", ":", "*", "%", "#", "\r\n", "\0", " ", "é", "\ud800", "__proto__"];
  let text = "";
  for (let length = 1 + Math.floor(Math.random() * 12); length > 0; length -= 1)
    text += alphabet[Math.floor(Math.random() * alphabet.length)];
  return `${text}${index}`;
}

const named = ["a}b", "{}", "{x}y", "{", "}", "}{", "{}{a}", "{{}}", "a{b}c{d}", ":", "presence"];

for (const many of [1000, 10_000])
  fault(
    {
      id: "B17",
      fault: `${many} random accounts and buckets full of braces`,
      expected:
        "the keys of an account are in one slot, which it shares with no other tag; no two accounts share a key",
      slow: many > 1000,
    },
    async () => {
      for (const server of cluster.primaries) await server.flush();
      const names = [...named, ...Array.from({ length: many - named.length }, (_, index) => hostile(index))];
      const calls: Called[] = [];
      {
        await using one = member({ url: cluster.url, deadlineMs: PATIENT_MS });
        for (let from = 0; from < names.length; from += 100) {
          const asked = names.slice(from, from + 100).map(async (name, index) => {
            const both = [
              { ...counted, bucket: name },
              { ...counted, bucket: `${name}{${index}}` },
            ];
            calls.push(await call(() => one.limiter(name).tryAcquire(both)));
          });
          await Promise.all(asked);
        }
        expect(one.events).toEqual([]);
      }
      const byTag = new Map<string, number[]>();
      let [strange, longest] = [0, 0];
      for (const server of cluster.primaries) {
        const { redis } = await nodeOf(server);
        for (const key of await redis.keys("*")) {
          const tag = /^sluice:\{(test:[^{}\s]+)\}:t:[^{}\s]+$/.exec(key)?.[1];
          // Who is there, and what each of them tells of itself: names that we draw.
          if (tag === undefined) strange += /^sluice:\{presence\}(:[^{}\s]+)?$/.test(key) ? 0 : 1;
          else byTag.set(tag, [...(byTag.get(tag) ?? []), Number(await redis.cluster("KEYSLOT", key))]);
          longest = Math.max(longest, key.length);
        }
        redis.disconnect();
      }
      const apart = [...byTag].filter(([tag, slots]) => slots.some((slot) => slot !== slotOf(`{${tag}}`)));
      expect(refused(calls)).toBe(0);
      expect(strange).toBe(0);
      expect(byTag.size).toBe(new Set(names).size);
      expect([...byTag.values()].filter((slots) => slots.length !== 2)).toEqual([]);
      expect(apart).toEqual([]);
      return `${byTag.size} tags of ${names.length} accounts, 2 keys each, ${apart.length} tags in several slots, longest key ${longest} letters; ${refused(calls)} calls refused, longest ${ms(longestMs(calls))}`;
    },
  );
