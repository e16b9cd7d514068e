import { createCall, runCall, createHookChain, show } from "@sluice/core";
import {
  breakers,
  createFailureBackoff,
  createJobs,
  createLimiter,
  encodePart,
  failureBackoffHook,
  type Limiter,
  memoryBreakerStore,
  memoryStore,
  tokenBucket,
} from "@sluice/limiter";
import { redisBreakerStore, redisLock } from "@sluice/limiter-redis";
import { assemble } from "@sluice/kit";
import { startRedisServer } from "@sluice/test/redis-server";
import fc from "fast-check";
import { Redis } from "ioredis";
import { setTimeout as rest } from "node:timers/promises";
import { expect } from "vitest";
import {
  codeOf,
  cpuMs,
  hostileText,
  hostileTexts,
  member,
  ms,
  chargeOf,
  outcomeOf,
  PATIENCE_MS,
  QUICK_RUNS,
  slow,
  statesOf,
} from "./f-support.js";
import { fault } from "./fault.js";

/** What a key may be made of, whatever the identifiers were. */
const keyPattern = /^f-[\w-]+:\{[\w@./+%#-]+:[\w@./+%#-]+\}:[a-z]:[\w@./+%#-]+$/;
const MIB = 1024 * 1024;

for (const [count, isSlow] of [
  [60_000, false],
  [1_000_000, true],
] as const)
  fault(
    {
      id: "F6",
      fault: `${count.toLocaleString("en")} hostile identifiers`,
      expected: "as many parts of keys, each of at most 96 harmless characters",
      slow: isSlow,
      timeoutMs: 180_000,
    },
    async () => {
      const parts = new Map<string, string>();
      let longest = 0;
      const seen = new Set<string>();
      const note = (text: string): void => {
        const part = encodePart(text);
        expect(part).toMatch(/^[\w@./+%#-]{1,96}$/);
        longest = Math.max(longest, part.length);
        const before = parts.get(part);
        if (before !== undefined && before !== text)
          throw new Error(`${JSON.stringify(before)} and ${JSON.stringify(text)} share ${part}`);
        parts.set(part, text);
        seen.add(text);
      };
      for (const text of hostileTexts) note(text);
      // Every code unit alone and beside its like; then whatever comes.
      for (let unit = 0; unit <= 0xffff; unit += isSlow ? 1 : 7) {
        note(String.fromCharCode(unit));
        if (isSlow) note(`a${String.fromCharCode(unit)}`);
      }
      fc.assert(
        fc.property(fc.array(hostileText(120), { minLength: 1000, maxLength: 1000 }), (texts) => texts.forEach(note)),
        { numRuns: Math.ceil(count / 2000), endOnFailure: true },
      );
      // What was encoded, encoded again: no text is another one's code.
      for (const text of [...seen].slice(0, 20_000)) note(encodePart(text));
      // The rest are neighbours, told apart by one unit somewhere in them.
      for (let at = 0; seen.size < count; at += 1)
        note(`${at % 2 === 0 ? "\ud800" : "{"}${at}${hostileTexts[at % hostileTexts.length]}`);
      expect(parts.size).toBe(seen.size);
      return `${seen.size} different identifiers, 0 collisions; longest part ${longest} characters`;
    },
  );

fault(
  {
    id: "F6",
    fault: "hostile providers, accounts and buckets in Redis",
    expected: "a bucket each, on keys without anything that means something to Redis, in the slot of their account",
  },
  async () => {
    await using server = await startRedisServer();
    await using own = member(server);
    const redis = new Redis(server.port);
    const fits = (text: string): boolean => text.trim() !== "" && text.length <= 1024;
    const seen = new Map<string, number>();
    const limiters = new Map<string, Limiter>();
    let longest = 0;
    await fc.assert(
      fc.asyncProperty(
        hostileText(60).filter(fits),
        hostileText(60).filter(fits),
        fc.oneof(hostileText(60), hostileText(2000)),
        async (provider, account, bucket) => {
          const scope = JSON.stringify([provider, account]);
          const limiter = limiters.get(scope) ?? own.limiter(provider, account);
          limiters.set(scope, limiter);
          const whole = JSON.stringify([provider, account, bucket]);
          const times = (seen.get(whole) ?? 0) + 1;
          seen.set(whole, times);
          // A bucket that another one had taken from would hold less.
          expect(await limiter.tryAcquire(chargeOf(bucket))).toMatchObject({
            kind: "allowed",
            remaining: slow.burst - times,
          });
        },
      ),
      { numRuns: 2 * QUICK_RUNS },
    );
    const keys = [...(await statesOf(redis, own.prefix)).keys()];
    expect(keys).toHaveLength(seen.size);
    for (const key of keys) {
      expect(key).toMatch(keyPattern);
      longest = Math.max(longest, key.length);
    }
    expect((await redis.keys("*")).filter((key) => !key.startsWith(own.prefix))).toEqual([]);
    redis.disconnect();
    return `${seen.size} identifiers, ${keys.length} keys, longest ${longest} characters; nothing outside the prefix`;
  },
);

fault(
  {
    id: "F6",
    fault: "names put together from two identifiers: jobs, breakers, accounts on one limiter, backing off",
    expected: "no two pairs share a bucket, a circuit or a period",
  },
  async () => {
    const part = fc.stringMatching(/^[ab:/|% ]{1,4}$/).filter((text) => text.trim() !== "");
    const pairs = fc.uniqueArray(fc.tuple(part, part), {
      minLength: 2,
      maxLength: 40,
      selector: (pair) => pair.join("\0"),
    });
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(pairs, async (list) => {
        compared += list.length;
        await Promise.all([jobsApart(list), breakersApart(list), backoffApart(list), accountsApart(list)]);
      }),
      {
        numRuns: 40,
        examples: [
          [
            [
              ["a", "b:a"],
              ["a:b", "a"],
              ["a", "b/a"],
              ["a/b", "a"],
              ["a b", "a"],
              ["a", "b a"],
            ],
          ],
        ],
      },
    );
    return `${compared} pairs of names, 0 shared`;
  },
);

/** Jobs of a name, in namespaces: one place in each. */
async function jobsApart(pairs: readonly (readonly [string, string])[]): Promise<void> {
  const limiter = createLimiter({ store: memoryStore() });
  const jobs = new Map(
    pairs.map(([name]) => [name, createJobs({ limiter, name, max: 1000, perNamespace: 1, strategy: "reject" })]),
  );
  let free = (): void => {};
  const held = new Promise<void>((resolve) => (free = resolve));
  const runs = pairs.map(([name, namespace]) => jobs.get(name)?.run(() => held, { namespace }));
  free();
  await Promise.all(runs);
  await limiter.close();
}

async function breakersApart(pairs: readonly (readonly [string, string])[]): Promise<void> {
  const store = memoryBreakerStore();
  const families = new Map(pairs.map(([name]) => [name, breakers({ name, key: () => "", store })]));
  for (const [name, key] of pairs) {
    const breaker = families.get(name)?.withKey(key);
    expect(await breaker?.refresh()).toMatchObject({ state: "closed" });
    await breaker?.force("isolated");
  }
  await Promise.all([...families.values()].map((family) => family.close()));
}

async function backoffApart(pairs: readonly (readonly [string, string])[]): Promise<void> {
  const backoff = createFailureBackoff();
  const chain = createHookChain({ hooks: [failureBackoffHook({ backoff })] });
  const down = async (): Promise<never> => {
    throw new Error("down");
  };
  // Each gets as far as failing by itself, whoever failed before.
  for (const [provider, account] of pairs)
    await expect(runCall(chain, { provider, account, operation: "op", timeoutMs: 1000 }, down)).rejects.toThrow("down");
}

/** One limiter of the user's own under several accounts. */
async function accountsApart(pairs: readonly (readonly [string, string])[]): Promise<void> {
  const limiter = createLimiter({ store: memoryStore() });
  const assembly = assemble(
    { limiter, breaker: false },
    { provider: "own", quota: () => [], feedback: () => undefined, classify: () => ({ kind: "final" }), env: {} },
  );
  assembly.limiterFor("the first");
  const limit = tokenBucket({ refillRate: 1e-3, burst: 1 });
  for (const [account, bucket] of pairs)
    expect(await assembly.limiterFor(account).tryAcquire({ bucket, limit })).toMatchObject({ kind: "allowed" });
  await assembly.close();
  await limiter.close();
}

fault(
  {
    id: "F6",
    fault: "hostile names of locks and breakers in Redis",
    expected: "each its own lock and circuit, a name too long is refused",
  },
  async () => {
    await using server = await startRedisServer();
    const where = { url: server.url, commandTimeoutMs: PATIENCE_MS };
    const lock = redisLock(where);
    const store = redisBreakerStore(where);
    const family = breakers({ name: "family", key: () => "", store, maxBreakers: 1000 });
    const names = hostileTexts.filter((text) => text.trim() !== "");
    const handles = await Promise.all(names.map((name) => lock.acquire(name, { timeoutMs: 0 })));
    expect(handles).toHaveLength(names.length);
    for (const [index, name] of names.entries()) {
      const breaker = family.withKey(name);
      expect(await breaker.refresh()).toMatchObject({ state: "closed" });
      await breaker.force(index % 2 === 0 ? "isolated" : "open");
    }
    for (const name of ["x".repeat(1025), "", " ", "\ud800".repeat(MIB)]) {
      expect(codeOf(await outcomeOf(() => lock.acquire(name, { timeoutMs: 0 })))).toBe("CONFIG_INVALID");
      if (name.length > 1000) expect(codeOf(await outcomeOf(() => family.withKey(name)))).toBe("CONFIG_INVALID");
    }
    await Promise.all(handles.map((handle) => handle.release()));
    await Promise.all([lock.close(), family.close()]);
    await store.close();
    return `${names.length} names: as many locks at once, as many circuits; names above 1024 characters refused`;
  },
);

fault(
  {
    id: "F6",
    fault: "identifiers of 1 MiB",
    expected: "a decision within 80 ms of processor time, keys of at most 200 characters; names are not hoarded",
  },
  async () => {
    await using server = await startRedisServer();
    await using own = member(server);
    const redis = new Redis(server.port);
    const stores = { redis: own.limiter(), memory: createLimiter({ store: memoryStore() }) };
    const wide = "\u{1f600}".repeat(MIB / 2);
    let longestMs = 0;
    for (const limiter of Object.values(stores))
      for (const name of ["x".repeat(MIB), wide, "\0".repeat(MIB), "\ud800".repeat(MIB)]) {
        // The least of three: a neighbour, or a collection of garbage, may fall into one.
        const tries: number[] = [];
        for (const end of ["!", "?", "."]) {
          const since = process.cpuUsage();
          expect(await limiter.tryAcquire(chargeOf(name + end))).toMatchObject({
            kind: "allowed",
            remaining: slow.burst - 1,
          });
          tries.push(cpuMs(since));
        }
        longestMs = Math.max(longestMs, Math.min(...tries));
        expect(await limiter.tryAcquire(chargeOf(`${name}!`))).toMatchObject({ remaining: slow.burst - 2 });
      }
    const longestKey = Math.max(...(await redis.keys("*")).map((key) => key.length));
    expect(longestKey).toBeLessThanOrEqual(200);
    expect(longestMs).toBeLessThan(80);
    const heldMiB = await heldAfter(async () => {
      for (let count = 0; count < 60; count += 1)
        for (const limiter of Object.values(stores))
          await limiter.tryAcquire(chargeOf(Buffer.alloc(MIB, `${count}.`).toString("latin1")));
    });
    expect(heldMiB).toBeLessThan(30);
    redis.disconnect();
    await stores.memory.close();
    return `longest decision ${ms(longestMs)}, longest key ${longestKey} characters; 120 MiB of names left ${heldMiB.toFixed(1)} MiB held`;
  },
);

/** What stays of the heap, in MiB. */
async function heldAfter(work: () => Promise<void>): Promise<number> {
  const gc = (globalThis as { gc?: () => void }).gc ?? (await collector());
  const settle = async (): Promise<void> => {
    for (let times = 0; times < 3; times += 1) {
      gc();
      await rest(20);
    }
  };
  await settle();
  const before = used();
  await work();
  await settle();
  return (used() - before) / MIB;
}

function used(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function collector(): Promise<() => void> {
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

fault(
  {
    id: "F7",
    fault: "identifiers with line breaks, escape codes, right-to-left marks and 1 MiB in errors and events",
    expected: "one printable line each, of at most 1100 characters",
  },
  async () => {
    await using server = await startRedisServer();
    await using own = member(server);
    const limiter = own.limiter();
    const limit = tokenBucket({ refillRate: 1e-3, burst: 1 });
    const lock = redisLock({ url: server.url });
    const held: string[] = [];
    let count = 0;
    const messageOf = async (run: () => unknown): Promise<void> => {
      const outcome = await outcomeOf(run);
      if ("error" in outcome)
        held.push(String((outcome.error as Error).message), show((outcome.error as Error).message));
      else throw new Error("expected a failure");
    };
    const text = fc.oneof(hostileText(300), fc.constantFrom("\r\n".repeat(1000), "\u202e".repeat(5000), "\u001b[31m"));
    await fc.assert(
      fc.asyncProperty(text, async (name) => {
        count += 1;
        const charge = { bucket: name, limit };
        await limiter.tryAcquire(charge);
        await messageOf(() => limiter.acquire(charge, { timeoutMs: 0 }));
        await messageOf(() => limiter.acquire({ ...charge, cost: 2 }));
        await messageOf(() =>
          limiter.acquire([charge, { bucket: name, limit: tokenBucket({ refillRate: 2, burst: 9 }) }]),
        );
        await messageOf(() => limiter.acquire(charge, { timeoutMs: name } as never));
        await messageOf(() => createLimiter({ store: memoryStore(), mode: name as never }));
        const backoff = createFailureBackoff();
        backoff.failed(name);
        await messageOf(() => backoff.check(name));
        const broken = breakers({ name: "n", key: () => name }).withKey(name.slice(0, 900));
        await broken.force("isolated");
        await messageOf(() => broken.run(async () => 1));
        await messageOf(() => createHookChain({ hooks: [{ name }, { name }] }));
        const call = { provider: name, account: name, operation: name, timeoutMs: 1 };
        await messageOf(() => runCall(createHookChain({ hooks: [] }), call, () => new Promise(() => {})));
      }),
      { numRuns: 60, examples: [["\n".repeat(MIB)]] },
    );
    await lock.close();
    for (const message of held) {
      // Neither control characters, nor marks that turn the direction, nor half characters.
      expect(message).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
      expect(message.length).toBeLessThan(1100);
    }
    const longest = Math.max(...held.map(({ length }) => length));
    return `${held.length} messages of ${count} identifiers: 1 line each, longest ${longest} characters`;
  },
);

fault(
  {
    id: "F6",
    fault: "calls with hostile providers, accounts, operations and verbs in core",
    expected: "an id of their own, state of their own, and no key of an object's prototype",
  },
  async () => {
    const ids = new Set<string>();
    fc.assert(
      fc.property(hostileText(), hostileText(), (one, other) => {
        const call = createCall({ provider: one, account: other, operation: one, verb: other, args: { [one]: other } });
        expect(ids.has(call.id)).toBe(false);
        ids.add(call.id);
        expect(call).toMatchObject({ provider: one, account: other });
      }),
      { numRuns: QUICK_RUNS },
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
    return `${ids.size} calls, ${ids.size} ids`;
  },
);
