import { isSluiceError } from "@sluice/core";
import {
  type Charge,
  concurrency,
  createBreaker,
  createFailureBackoff,
  createJobs,
  createLimiter,
  fixedWindow,
  leakyBucket,
  type Limit,
  memoryLock,
  memoryStore,
  queue,
  retryAfter,
  slidingWindow,
  slidingWindowCounter,
  throttle,
  throttleBytes,
  tokenBucket,
} from "@sluice/limiter";
import { redisLock } from "@sluice/limiter-redis";
import { startRedisServer } from "@sluice/test/redis-server";
import fc from "fast-check";
import { Redis } from "ioredis";
import { expect } from "vitest";
import {
  anyValue,
  codeOf,
  member,
  ms,
  chargeOf,
  outcomeOf,
  PATIENCE_MS,
  QUICK_RUNS,
  statesOf,
  untouched,
  wrongNumbers,
} from "./f-support.js";
import { fault } from "./fault.js";
import { watchStalls } from "../src/stalls/index.js";

const limits: readonly Limit[] = [
  tokenBucket({ refillRate: 1e-3, burst: 10 }),
  leakyBucket({ rate: 1e-3 }),
  slidingWindow({ limit: 10, windowMs: 86_400_000 }),
  fixedWindow({ limit: 10, windowMs: 86_400_000 }),
  slidingWindowCounter({ limit: 10, windowMs: 86_400_000 }),
  concurrency({ max: 10, leaseMs: 86_400_000 }),
];

/** No cost at all: what an honest caller could mean is left out. */
const noCost = anyValue().filter(
  (value) =>
    !(typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0)) &&
    value !== undefined,
);

fault(
  {
    id: "F1",
    fault: "a cost that is no whole number from 0, at every entry point of the limiter",
    expected: "a ConfigError that names it, and the store is not asked",
  },
  async () => {
    const { store, calls } = untouched();
    await using server = await startRedisServer();
    await using process = member(server);
    using redis = closing(new Redis(server.port));
    const real = process.limiter();
    await real.tryAcquire(limits.map((limit) => chargeOf("known", limit)));
    const before = await statesOf(redis.client, process.prefix);
    const limiter = createLimiter({ store });
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(noCost, fc.constantFrom(...limits), async (cost, limit) => {
        for (const each of [limiter, real]) {
          const charge = { bucket: "known", limit, cost } as Charge;
          const ways = [
            () => each.tryAcquire(charge),
            () => each.tryAcquireSync(charge),
            () => each.acquire(charge, { timeoutMs: 10 }),
            () => each.acquire(charge, { timeoutMs: 0 }),
            () => each.peek([charge]),
            () => each.reserve([chargeOf("known", limit), charge]),
            () => each.observe(charge, { remaining: 0 }),
          ];
          for (const way of ways) {
            asked += 1;
            expect(await outcomeOf(way)).toMatchObject({ error: { code: "CONFIG_INVALID" } });
          }
        }
      }),
      { numRuns: QUICK_RUNS },
    );
    expect(calls()).toBe(0);
    expect(await statesOf(redis.client, process.prefix)).toEqual(before);
    return `${asked} calls refused by name; ${calls()} store calls, ${before.size} states unchanged`;
  },
);

fault(
  {
    id: "F1",
    fault: "charges, limits, waits and words of any shape",
    expected: "a decision or a ConfigError, never another error; what is refused does not reach the store",
  },
  async () => {
    const { store, calls } = untouched();
    const limiter = createLimiter({ store });
    const good = chargeOf("bucket");
    const numbers = fc.dictionary(
      fc.constantFrom(
        "kind",
        "refillRate",
        "burst",
        "rate",
        "limit",
        "windowMs",
        "max",
        "leaseMs",
        "name",
        "__proto__",
      ),
      fc.oneof(anyValue(), fc.constantFrom("tokenBucket", "leakyBucket", "slidingWindow", "concurrency", "custom")),
    );
    const charge = fc.oneof(
      anyValue(),
      fc.record({ bucket: fc.oneof(anyValue(), fc.constant("b")), limit: fc.oneof(anyValue(), numbers) }),
      fc.array(fc.oneof(anyValue(), fc.constant(good)), { minLength: 1, maxLength: 70 }),
    );
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(charge, anyValue(), async (charges, other) => {
        const asCharge = charges as Charge;
        for (const way of [
          () => limiter.tryAcquire(asCharge),
          () => limiter.tryAcquireSync(asCharge),
          () => limiter.acquire(asCharge),
          () => limiter.peek(asCharge),
          () => limiter.reserve(asCharge),
          () => limiter.observe(asCharge, {}),
          () => limiter.acquire(good, other as never),
          () => limiter.acquire(good, { timeoutMs: other } as never),
          () => limiter.acquire(good, { priority: other } as never),
          () => limiter.reserve(good, { maxDelayMs: other } as never),
          () => limiter.observe(good, other as never),
          () => limiter.observe(good, { retryAfterMs: other } as never),
          () => limiter.observe(good, { remaining: other } as never),
          () => limiter.observe(good, { refused: other } as never),
        ]) {
          const asked = calls();
          const outcome = await outcomeOf(way);
          const stop = "error" in outcome && (outcome.error as Error).message === "the store was touched";
          if ("error" in outcome && !stop && codeOf(outcome) !== "LIMIT_EXCEEDED") {
            refused += 1;
            expect(outcome.error).toMatchObject({ code: "CONFIG_INVALID" });
            expect(calls()).toBe(asked);
          }
        }
      }),
      {
        numRuns: QUICK_RUNS,
        examples: [
          [null, null],
          [{ bucket: "b", limit: { kind: "tokenBucket", refillRate: 5 } }, -1],
          [{ bucket: "b", limit: { kind: "concurrency", max: 5 } }, {}],
        ],
      },
    );
    await limiter.close();
    return `${refused} calls refused by name, none for another reason`;
  },
);

fault(
  {
    id: "F1",
    fault: "limits as plain data, their numbers wrong or left out",
    expected: "refused by name, or complete: memory and Redis give the same answer",
  },
  async () => {
    await using server = await startRedisServer();
    await using process = member(server);
    const shared = process.limiter();
    const own = createLimiter({ store: memoryStore() });
    const field = fc.oneof(
      fc.constantFrom(...wrongNumbers),
      fc.constantFrom(1, 2, 5, 1000, 86_400_000),
      fc.constant(undefined),
    );
    const limit = fc.record(
      {
        kind: fc.constantFrom(
          "tokenBucket",
          "leakyBucket",
          "slidingWindow",
          "fixedWindow",
          "slidingWindowCounter",
          "concurrency",
        ),
        refillRate: field,
        burst: field,
        rate: field,
        limit: field,
        windowMs: field,
        max: field,
        leaseMs: field,
      },
      { requiredKeys: ["kind"] },
    );
    let count = 0;
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(limit, async (numbers) => {
        count += 1;
        const charge = { bucket: `limit ${count}`, limit: numbers as Limit };
        const [here, there] = [
          await outcomeOf(() => own.tryAcquire(charge)),
          await outcomeOf(() => shared.tryAcquire(charge)),
        ];
        if ("error" in here) expect(here.error).toMatchObject({ code: "CONFIG_INVALID" });
        else taken += 1;
        expect(codeOf(there)).toBe(codeOf(here));
        const [first, second] = [here, there].map((end) => ("value" in end ? (end.value as object) : {}));
        expect(second).toMatchObject(pick(first ?? {}));
      }),
      {
        numRuns: QUICK_RUNS,
        examples: [[{ kind: "tokenBucket", refillRate: 5 }], [{ kind: "concurrency", max: 2 }]] as never,
      },
    );
    await own.close();
    return `${count} limits: ${taken} complete and alike in both stores, the others refused by name`;
  },
);

/** What both stores must say alike. */
function pick(decision: object): object {
  const { kind, remaining } = decision as { kind?: unknown; remaining?: unknown };
  return { ...(kind === undefined ? {} : { kind }), ...(remaining === undefined ? {} : { remaining }) };
}

fault(
  {
    id: "F1",
    fault: "numbers of locks, breakers, jobs, back-off, strategies and byte streams",
    expected: "a ConfigError, or the number was in range; never another error",
  },
  async () => {
    await using server = await startRedisServer();
    await using lock = closeable(redisLock({ url: server.url, commandTimeoutMs: PATIENCE_MS }));
    const own = memoryLock();
    const limiter = createLimiter({ store: memoryStore() });
    const bytes = tokenBucket({ refillRate: 1000 });
    let refused = 0;
    const ways: readonly ((value: never) => unknown)[] = [
      (leaseMs) => createBreaker({ name: "b", openMs: leaseMs }).close(),
      (value) => createBreaker({ name: "b", failureRate: value }).close(),
      (value) => createBreaker({ name: "b", minimumCalls: value, probes: value }).close(),
      (value) => createBreaker({ name: "b", consecutiveFailures: value, windowMs: value }).close(),
      (value) => createBreaker({ name: value }).close(),
      (value) => createBreaker({ name: "b" }).force("open", { forMs: value }),
      (value) => createBreaker({ name: "b" }).force(value),
      (value) => createJobs({ limiter, max: value }),
      (value) => createJobs({ limiter, max: 2, perNamespace: value }),
      (value) => createJobs({ limiter, max: 2, leaseMs: value }),
      (value) => createJobs({ limiter, max: 2 }).run(() => 1, { namespace: value }),
      (value) => createFailureBackoff({ baseMs: value }),
      (value) => createFailureBackoff({ maxMs: value, factor: value, maxKeys: value }),
      (value) => createFailureBackoff().failed("key", value),
      (value) => queue({ maxWaiting: value }),
      (value) => queue({ timeoutMs: value }),
      (value) => retryAfter({ retries: value }),
      (value) => retryAfter({ maxRetryAfterMs: value }),
      (value) => throttle({ maxDelayMs: value }),
      (value) => throttle({ startAt: value }),
      (value) => drained(throttleBytes([new Uint8Array(1)], limiter, { bucket: "b", limit: bytes, sliceBytes: value })),
      (value) => memoryStore({ maxBuckets: value }),
      (value) => createLimiter({ store: memoryStore(), lease: { aheadMs: value } }).close(),
      (value) => createLimiter({ store: memoryStore(), mode: value }).close(),
      ...[own, lock].flatMap((each): ((value: never) => unknown)[] => [
        (value) => each.run("name", { leaseMs: value, timeoutMs: 0 }, () => 1),
        (value) => each.run("name", { timeoutMs: value }, () => 1),
        (value) => each.run(value, {}, () => 1),
      ]),
      (value) => redisLock({ url: server.url, pollMs: value }).close(),
    ];
    await fc.assert(
      fc.asyncProperty(anyValue(), fc.constantFrom(...ways), async (value, way) => {
        const outcome = await outcomeOf(() => way(value as never));
        if (!("error" in outcome)) return;
        refused += 1;
        expect([outcome.error, isSluiceError(outcome.error)]).toEqual([outcome.error, true]);
        expect(["CONFIG_INVALID", "LOCK_UNAVAILABLE"]).toContain(codeOf(outcome));
      }),
      { numRuns: 10 * QUICK_RUNS },
    );
    const backoff = createFailureBackoff();
    expect(await outcomeOf(() => backoff.failed("key", Number.NaN))).toMatchObject({
      error: { code: "CONFIG_INVALID" },
    });
    await own.close();
    await limiter.close();
    return `${ways.length} entry points, ${refused} values refused by name`;
  },
);

fault(
  { id: "F2", fault: "a cost of 0", expected: "a look: it answers, and no state comes into being or changes" },
  async () => {
    await using server = await startRedisServer();
    await using process = member(server);
    using redis = closing(new Redis(server.port));
    const limiter = process.limiter();
    for (const limit of limits) await limiter.tryAcquire(chargeOf("used", limit));
    const before = await statesOf(redis.client, process.prefix);
    let looks = 0;
    for (const limit of limits)
      for (const bucket of ["used", "new"]) {
        const charge = { bucket, limit, cost: 0 };
        for (const decision of [await limiter.tryAcquire(charge), await limiter.peek(charge)])
          expect(decision.kind).toBe("allowed");
        expect((await limiter.acquire(charge)).waitedMs).toBe(0);
        expect((await limiter.reserve(charge)).delayMs).toBe(0);
        await limiter.observe(charge, {});
        looks += 5;
      }
    expect(await statesOf(redis.client, process.prefix)).toEqual(before);
    return `${looks} looks over ${limits.length} algorithms; 0 of ${before.size} states changed, 0 came into being`;
  },
);

fault(
  {
    id: "F3",
    fault: "a cost above what the limit can ever give",
    expected: "impossible, or a ConfigError, within 50 ms; nobody waits",
  },
  async () => {
    await using server = await startRedisServer();
    await using process = member(server);
    const limiter = process.limiter();
    let longest = 0;
    using stalls = watchStalls();
    for (const limit of limits)
      for (const cost of [limit.kind === "leakyBucket" ? 1_000_000_000 : 11, 2 ** 40, Number.MAX_SAFE_INTEGER]) {
        const charge = { bucket: "b", limit, cost };
        const sinceMs = performance.now();
        expect((await limiter.tryAcquire(charge)).kind).toBe("impossible");
        expect((await limiter.tryAcquire([chargeOf("other"), charge])).kind).toBe("impossible");
        expect((await limiter.peek(charge)).kind).toBe("impossible");
        const failing = { error: { code: "CONFIG_INVALID" } };
        expect(await outcomeOf(() => limiter.acquire(charge, { timeoutMs: Number.POSITIVE_INFINITY }))).toMatchObject(
          failing,
        );
        expect(await outcomeOf(() => limiter.reserve(charge))).toMatchObject(failing);
        longest = Math.max(longest, performance.now() - sinceMs);
      }
    expect(longest).toBeLessThan(50 + 100 + 2 * stalls.longestMs);
    expect((await limiter.peek(chargeOf("other"))).kind).toBe("allowed");
    return `${limits.length} algorithms, all at once: five questions took ${ms(longest)} at most`;
  },
);

async function drained(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const part of stream) void part;
}

function closing(client: Redis): { readonly client: Redis; [Symbol.dispose](): void } {
  return { client, [Symbol.dispose]: () => client.disconnect() };
}

function closeable<Value extends { close(): Promise<void> }>(value: Value): Value & AsyncDisposable {
  return Object.assign(value, { [Symbol.asyncDispose]: () => value.close() });
}
