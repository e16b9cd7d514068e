import {
  concurrency,
  type Decision,
  fixedWindow,
  leakyBucket,
  type Limit,
  slidingWindow,
  slidingWindowCounter,
  tokenBucket,
} from "@sluice/limiter";
import { redisBreakerStore, redisLock, redisStore } from "@sluice/limiter-redis";
import { createBreaker, createLimiter } from "@sluice/limiter";
import { startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { setTimeout as rest } from "node:timers/promises";
import { expect } from "vitest";
import { member, ms, chargeOf, outcomeOf, PATIENCE_MS } from "./f-support.js";
import { fault } from "./fault.js";

const DAY_MS = 86_400_000;
const limits: Readonly<Record<string, Limit>> = {
  t: tokenBucket({ refillRate: 1e-3, burst: 10 }),
  l: leakyBucket({ rate: 1e-3 }),
  w: slidingWindow({ limit: 10, windowMs: DAY_MS }),
  f: fixedWindow({ limit: 10, windowMs: DAY_MS }),
  s: slidingWindowCounter({ limit: 10, windowMs: DAY_MS }),
  c: concurrency({ max: 10, leaseMs: DAY_MS }),
};

/** What a stranger, or an older version, may have left under a key of ours. */
const strangers: readonly ((redis: Redis, key: string) => Promise<unknown>)[] = [
  (redis, key) => redis.lpush(key, "a list"),
  (redis, key) => redis.sadd(key, "a set"),
  (redis, key) => redis.hset(key, "a", "hash"),
  (redis, key) => redis.xadd(key, "*", "a", "stream"),
  (redis, key) => redis.zadd(key, 5, "a sorted set"),
  (redis, key) => redis.set(key, ""),
  (redis, key) => redis.set(key, "1|nonsense"),
  (redis, key) => redis.set(key, "\0\r\n|||||||||"),
  (redis, key) => redis.set(key, "1|99999999999999999999|1|nan|inf|0|||"),
];

fault(
  {
    id: "F15",
    fault: "state of another type, or text that is no state, under a bucket's key",
    expected:
      "replaced as new, with an expiry; who knew the bucket does not get its tokens twice; nobody is refused for ever",
  },
  async () => {
    await using server = await startRedisServer();
    const redis = new Redis(server.port);
    let replaced = 0;
    let longestMs = 0;
    for (const [index, leave] of strangers.entries())
      for (const [letter, limit] of Object.entries(limits)) {
        await using process = member(server);
        await using other = member(server);
        const limiter = process.limiter();
        const charge = chargeOf(`b${index}`, limit);
        const key = `${process.prefix}:{test:acme}:${letter}:b${index}`;
        expect(await limiter.tryAcquire({ ...charge, cost: letter === "l" ? 1 : 4 })).toMatchObject({
          kind: "allowed",
        });
        expect(await redis.del(key)).toBe(1);
        await leave(redis, key);
        const sinceMs = performance.now();
        const again = await limiter.tryAcquire(charge);
        longestMs = Math.max(longestMs, performance.now() - sinceMs);
        // Spaced evenly, the next one was due much later; of places nothing is known but by the store.
        if (letter === "l") expect(again.kind).toBe("delayed");
        else if (letter === "c") expect(again).toMatchObject({ kind: "allowed" });
        else {
          expect(again).toMatchObject({ kind: "allowed" });
          expect((again as Extract<Decision, { kind: "allowed" }>).remaining).toBeLessThanOrEqual(5);
        }
        // Somebody who knows nothing of it is served as well.
        await leave(redis, key.replace(process.prefix, other.prefix));
        expect(await other.limiter().tryAcquire(charge)).toMatchObject({ kind: "allowed" });
        for (const one of [other.prefix, ...(letter === "l" ? [] : [process.prefix])]) {
          const found = key.replace(process.prefix, one);
          expect(await redis.type(found)).toBe(letter === "w" || letter === "c" ? "zset" : "string");
          expect(await redis.pttl(found)).toBeGreaterThan(0);
        }
        replaced += 1;
      }
    redis.disconnect();
    return `${replaced} keys replaced, none refused; longest question ${ms(longestMs)}`;
  },
);

fault(
  {
    id: "F15",
    fault: "state of another type under the keys of breakers and locks",
    expected: "a circuit begins anew, a lock can be had again within its lifetime",
  },
  async () => {
    await using server = await startRedisServer();
    const redis = new Redis(server.port);
    let longestMs = 0;
    for (const [index, leave] of strangers.entries()) {
      const where = { url: server.url, commandTimeoutMs: PATIENCE_MS };
      const store = redisBreakerStore(where);
      const breaker = createBreaker({ name: `b${index}`, store });
      await leave(redis, `sluice:{breaker:b${index}}:circuit`);
      const sinceMs = performance.now();
      expect(await breaker.refresh()).toMatchObject({ state: "closed" });
      await breaker.force("isolated");
      expect(await breaker.refresh()).toMatchObject({ state: "isolated" });
      await breaker.close();
      await store.close();
      const lock = redisLock(where);
      for (const what of ["held", "fence", "wanted"]) await leave(redis, `sluice:{lock:l${index}}:${what}`);
      expect(await lock.run(`l${index}`, { timeoutMs: 10_000 }, ({ fence }) => fence > 0)).toBe(true);
      await lock.close();
      longestMs = Math.max(longestMs, performance.now() - sinceMs);
    }
    redis.disconnect();
    return `${strangers.length} kinds of strangers: circuits begun anew, locks had; longest ${ms(longestMs)}`;
  },
);

fault(
  {
    id: "F16",
    fault: "a limit of 10 places, all held, is lowered to 3",
    expected: "nobody loses a place; the next is given when fewer than 3 are held",
  },
  async () => {
    await using server = await startRedisServer();
    await using process = member(server);
    const limiter = process.limiter();
    const charge = (max: number) => ({ bucket: "places", limit: concurrency({ max, leaseMs: 60_000 }) });
    const held = await Promise.all(Array.from({ length: 10 }, () => limiter.acquire(charge(10))));
    expect((await limiter.tryAcquire(charge(3))).kind).toBe("delayed");
    for (const grant of held) expect(await grant.renew()).toBe(true);
    let given = 0;
    let overlap = 0;
    while (held.length > 0) {
      await held.pop()?.release();
      const decision = await limiter.tryAcquire(charge(3));
      expect(decision.kind === "allowed").toBe(held.length < 3);
      if (decision.kind !== "allowed") continue;
      given += 1;
      overlap = Math.max(overlap, held.length + 1);
      await decision.grant?.release();
    }
    // Those who wait are served by the new limit.
    const first = await Promise.all([0, 1, 2].map(() => limiter.acquire(charge(3))));
    let served = false;
    const waiter = limiter.acquire(charge(3), { timeoutMs: 30_000 }).then((grant) => ((served = true), grant));
    await rest(100);
    expect(served).toBe(false);
    await first[0]?.release();
    await (await waiter).release();
    expect(overlap).toBe(3);
    return `10 renewed under the lower limit, ${given} given after the drain, overlap then ${overlap}`;
  },
);

/** One command as it went to Redis. */
interface Sent {
  readonly source: string;
  readonly keys: number;
  readonly rest: readonly string[];
}

/** A client that keeps what is sent through it. */
function listening(redis: Redis): { readonly client: Redis; readonly sent: Sent[] } {
  const sent: Sent[] = [];
  const client = new Proxy(redis, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name === "evalsha" || name === "eval")
        return (source: string, keys: number, ...words: string[]) => {
          sent.push({ source, keys, rest: words.flat().map(String) });
          return Reflect.apply(value as (...args: unknown[]) => unknown, target, [source, keys, ...words]);
        };
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  return { client, sent };
}

fault(
  {
    id: "F17",
    fault: "every argument of every script replaced by what it cannot be",
    expected: "whatever the script says, no key is left without an expiry, and the next good call is answered",
  },
  async () => {
    await using server = await startRedisServer();
    const redis = new Redis(server.port);
    const { client, sent } = listening(redis);
    const store = redisStore({ client, onStoreError: "closed", commandTimeoutMs: PATIENCE_MS });
    const limiter = createLimiter({ store, provider: "test", account: "acme" });
    const breakerStore = redisBreakerStore({ client, commandTimeoutMs: PATIENCE_MS });
    const breaker = createBreaker({ name: "b", store: breakerStore, consecutiveFailures: 1, openMs: 1 });
    const use = async (): Promise<void> => {
      for (const limit of Object.values(limits)) {
        const decision = await limiter.tryAcquire(chargeOf("b", limit));
        if (decision.kind !== "allowed") continue;
        await decision.grant?.renew();
        await decision.grant?.landed();
        await decision.grant?.giveBack();
      }
      const all = Object.values(limits).map((limit) => chargeOf("all", limit));
      await limiter.tryAcquire(all);
      await limiter.observe(all, { retryAfterMs: 1, remaining: 5 });
      await (await limiter.reserve(chargeOf("later", limits["t"]))).cancel();
      await outcomeOf(() => breaker.run(() => Promise.reject(new Error("down"))));
      await breaker.force("open", { forMs: 5 });
      await breaker.reset();
    };
    await use();
    const lock = redisLock({ client, commandTimeoutMs: PATIENCE_MS });
    await lock.run("l", {}, () => 1);
    await lock.close();
    const commands = [...new Map(sent.map((one) => [`${one.source} ${one.rest.length}`, one])).values()];
    const junk = ["", "abc", "-1"];
    let replays = 0;
    let refused = 0;
    for (const { source, keys, rest: given } of commands)
      for (let index = keys; index < given.length; index += 1)
        for (const instead of junk) {
          const args = [...given];
          args[index] = instead;
          const how = source.length === 40 ? "evalsha" : "eval";
          await redis[how](source, keys, ...args).catch(() => (refused += 1));
          replays += 1;
        }
    const lasting: string[] = [];
    for (const key of await redis.keys("*")) if ((await redis.pttl(key)) === -1) lasting.push(key);
    expect(lasting).toEqual([]);
    await redis.flushall();
    await use();
    await limiter.close();
    await breaker.close();
    await breakerStore.close();
    await store.close();
    redis.disconnect();
    return `${commands.length} commands, ${replays} replays with one wrong argument (${refused} failed); keys without expiry 0`;
  },
);
