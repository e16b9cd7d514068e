import { createLimiter, type Limiter, type Store, type StoreCharge, tokenBucket } from "@sluice/limiter";
import { redisStore, type RedisStore } from "@sluice/limiter-redis";
import type { RedisServer } from "@sluice/test/redis-server";
import fc from "fast-check";
import type { Redis } from "ioredis";
import { randomUUID } from "node:crypto";

/** Cases of a property in the quick form, and in the full one. */
export const QUICK_RUNS = 300;

/** So slow that nothing comes back during a test. */
export const slow = tokenBucket({ refillRate: 1e-3, burst: 1000 });

/** For answers: a busy machine is none of these faults. Unit: milliseconds. */
export const PATIENCE_MS = 5000;

/** What no number option may be, the wrong types included. */
export const wrongNumbers: readonly unknown[] = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -1,
  -0,
  0.5,
  1 + Number.EPSILON,
  -1e308,
  1e308,
  Number.MIN_VALUE,
  2 ** 53,
  "1",
  "NaN",
  "",
  "0x10",
  1n,
  2n ** 70n,
  null,
  true,
  [],
  [1],
  {},
  Symbol("one"),
  () => 1,
  new Date(1),
];

/** Texts that mean something to Redis, to logs, to metrics, to objects, or to UTF-8. */
export const hostileTexts: readonly string[] = [
  "{",
  "}",
  "{}",
  "a}b",
  "{x}y",
  "}:t:{",
  "a:b",
  "a/b",
  "a|b",
  ":",
  "%",
  "%003a",
  "#",
  `#${"0".repeat(64)}`,
  "*",
  "?",
  "[a-z]",
  "\\",
  "\r\n",
  "\r\n*1\r\n$8\r\nFLUSHALL\r\n",
  "\0",
  "a\0b",
  "\u001b[2J",
  "\u202e\u2066",
  '"} 1\nsluice_forged{a="',
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "\ud800",
  "\udc00",
  "\ud800\ud800",
  "\ufffd",
  "\u{1f600}",
  "é",
  "e\u0301",
  "K",
  "k",
  "\u212a",
  " ",
  " a",
  "a ",
  "\ufeffa",
];

/** Any text, lone surrogates included, those that are known to hurt among them. */
export function hostileText(maxLength = 200): fc.Arbitrary<string> {
  const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
  return fc.oneof(
    fc.constantFrom(...hostileTexts),
    fc.tuple(fc.constantFrom(...hostileTexts), fc.constantFrom(...hostileTexts)).map(([one, other]) => one + other),
    fc.string({ unit: "binary", minLength: 1, maxLength }),
    fc.string({ unit, minLength: 1, maxLength }),
    fc.string({ unit: fc.constantFrom("{", "}", ":", "%", "a", "0", "/", "#", "|"), minLength: 1, maxLength }),
  );
}

/** Any value at all, numbers that hurt more often than others. */
export function anyValue(): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...wrongNumbers) },
    { weight: 1, arbitrary: fc.double() },
    { weight: 1, arbitrary: hostileText(40) },
    { weight: 2, arbitrary: fc.anything({ maxDepth: 2, withBigInt: true, withNullPrototype: true, withDate: true }) },
  );
}

/** A store that is never asked: whoever touches it is found out. */
export function untouched(): { readonly store: Store; readonly calls: () => number } {
  let calls = 0;
  const touched = (): never => {
    calls += 1;
    throw new Error("the store was touched");
  };
  return {
    calls: () => calls,
    store: {
      take: touched,
      giveBack: touched,
      landed: touched,
      renew: touched,
      observe: touched,
      decide: touched,
      immediate: true,
      latencyMs: 0,
      onPause: () => () => {},
      onRelease: () => () => {},
      close: async () => {},
    },
  };
}

/** What a call came to: a value, or the error it threw or rejected with. */
export async function outcomeOf(
  run: () => unknown,
): Promise<{ readonly value: unknown } | { readonly error: unknown }> {
  try {
    return { value: await run() };
  } catch (error) {
    return { error };
  }
}

/** Stable name of a failure; undefined for what is none of ours. */
export function codeOf(outcome: Awaited<ReturnType<typeof outcomeOf>>): unknown {
  return "error" in outcome ? (outcome.error as { code?: unknown } | null | undefined)?.code : undefined;
}

/** One process with a limiter of its own, and a prefix that no other test uses. */
export interface Member extends AsyncDisposable {
  readonly prefix: string;
  readonly store: RedisStore;
  limiter(provider?: string, account?: string): Limiter;
}

export function member({ url }: RedisServer, options: { readonly commandTimeoutMs?: number } = {}): Member {
  const prefix = `f-${randomUUID().slice(0, 8)}`;
  const store = redisStore({ url, prefix, onStoreError: "closed", commandTimeoutMs: PATIENCE_MS, ...options });
  const limiters: Limiter[] = [];
  return {
    prefix,
    store,
    limiter(provider = "test", account = "acme") {
      const limiter = createLimiter({ store, provider, account });
      limiters.push(limiter);
      return limiter;
    },
    async [Symbol.asyncDispose]() {
      for (const limiter of limiters) await limiter.close();
      await store.close();
    },
  };
}

/** Every state under the prefix, with its value as Redis would dump it. What the processes tell of themselves, when it is time, is none. */
export async function statesOf(redis: Redis, prefix: string): Promise<ReadonlyMap<string, string>> {
  const keys = (await redis.keys(`${prefix}:*`)).filter((key) => !/:\{presence\}(:|$)|:trial$/.test(key));
  const states = new Map<string, string>();
  for (const key of keys.toSorted()) states.set(key, (await redis.dumpBuffer(key))?.toString("hex") ?? "gone");
  return states;
}

/** The bucket that a charge of one token names. */
export function chargeOf(bucket: string, limit: StoreCharge["limit"] = slow): StoreCharge {
  return { bucket, limit, cost: 1 };
}

/** Processor time of this process since `since`, which a busy neighbour does not lengthen. Unit: milliseconds. */
export function cpuMs(since?: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

export function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
