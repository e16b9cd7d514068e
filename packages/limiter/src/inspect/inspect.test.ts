import { StoreUnavailableError } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { customLimit } from "../custom/custom-limit.js";
import { createLimiter } from "../limiter/create-limiter.js";
import { concurrency } from "../limits/concurrency.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { slidingWindow } from "../limits/windows.js";
import { memoryStore } from "../memory/memory-store.js";
import type { Store } from "../store/store.js";

const bucket = { bucket: "requests", limit: tokenBucket({ refillRate: 10, burst: 4 }) };
const window = { bucket: "posts", limit: slidingWindow({ limit: 2, windowMs: 1000 }) };
const places = { bucket: "jobs", limit: concurrency({ max: 2, leaseMs: 5000 }) };

function setup(over: Partial<Store> & { readonly mode?: string } = {}) {
  const clock = createFakeClock();
  const inner = memoryStore({ clock });
  const limiter = createLimiter({ store: { ...inner, ...over }, provider: "acme", account: "red", clock });
  return { clock, inner, limiter };
}

describe("a look at a limiter", () => {
  it("shows nothing before anything was asked", async () => {
    const { limiter } = setup();
    expect(await limiter.inspect()).toEqual({
      provider: "acme",
      account: "red",
      enforcement: "enforce",
      mode: "memory",
      at: "2026-01-01T00:00:00.000Z",
      waiting: { count: 0, longestWaitMs: 0, lanes: [] },
      buckets: [],
    });
  });

  it("shows what is left, how full that is, and when the next token comes", async () => {
    const { clock, limiter } = setup();
    await limiter.tryAcquire({ ...bucket, cost: 3 });
    expect((await limiter.inspect()).buckets).toEqual([
      {
        provider: "acme",
        account: "red",
        bucket: "requests",
        limit: { kind: "tokenBucket", refillRate: 10, burst: 4 },
        rate: 10,
        capacity: 4,
        left: 1,
        fill: 0.25,
        nextSlotMs: 0,
        fullAfterMs: 300,
        pausedUntil: null,
        pausedForMs: 0,
        waiting: { count: 0, longestWaitMs: 0, lanes: [] },
        mode: "memory",
        asOf: "2026-01-01T00:00:00.000Z",
      },
    ]);
    await limiter.tryAcquire(bucket);
    await clock.advance(40);
    expect((await limiter.inspect()).buckets[0]).toMatchObject({
      left: 0,
      fill: 0,
      nextSlotMs: 60,
      asOf: "2026-01-01T00:00:00.040Z",
    });
  });

  it("shows who waits, for how long, and by priority", async () => {
    const { clock, limiter } = setup();
    await limiter.acquire({ ...bucket, cost: 4 });
    void limiter.acquire(bucket);
    await clock.advance(30);
    const others = [0, 0, 5].map((priority) => limiter.acquire([bucket, window], { priority }));
    await clock.advance(20);
    const { waiting, buckets } = await limiter.inspect();
    const lanes = [
      { priority: 5, count: 1, longestWaitMs: 20 },
      { priority: 0, count: 3, longestWaitMs: 50 },
    ];
    expect(waiting).toEqual({ count: 4, longestWaitMs: 50, lanes });
    expect(buckets.map((one) => [one.bucket, one.waiting.count])).toEqual([
      ["requests", 4],
      ["posts", 3],
    ]);
    await clock.advance(3000);
    await Promise.all(others);
    expect((await limiter.inspect()).waiting.count).toBe(0);
  });

  it("does not count those who gave up, were refused or out of time", async () => {
    const { clock, limiter } = setup();
    await limiter.acquire({ ...bucket, cost: 4 });
    const controller = new AbortController();
    const ends = [
      limiter.acquire({ ...bucket, cost: 4 }, { signal: controller.signal }),
      limiter.acquire({ ...bucket, cost: 4 }, { timeoutMs: 50 }),
    ].map((one) => one.catch((error: unknown) => error));
    controller.abort(new Error("enough"));
    await clock.advance(60);
    await Promise.all(ends);
    expect((await limiter.inspect()).waiting).toEqual({ count: 0, longestWaitMs: 0, lanes: [] });
  });

  it("shows a pause and its end, and that nothing can be had before", async () => {
    const { clock, limiter } = setup();
    await limiter.observe(bucket, { retryAfterMs: 2500 });
    await clock.advance(500);
    expect((await limiter.inspect()).buckets[0]).toMatchObject({
      left: 0,
      nextSlotMs: 2000,
      pausedForMs: 2000,
      pausedUntil: "2026-01-01T00:00:02.500Z",
    });
    await clock.advance(2000);
    expect((await limiter.inspect()).buckets[0]).toMatchObject({ pausedForMs: 0, pausedUntil: null, nextSlotMs: 0 });
  });

  it("shows a pause that another limiter of the account heard of", async () => {
    const { clock, inner, limiter } = setup();
    const other = createLimiter({ store: inner, provider: "acme", account: "red", clock });
    await limiter.tryAcquire(bucket);
    await other.observe(bucket, { retryAfterMs: 1000 });
    expect((await limiter.inspect()).buckets[0]).toMatchObject({ pausedForMs: 1000 });
  });

  it("shows places that are held", async () => {
    const { limiter } = setup();
    const grants = [await limiter.acquire(places), await limiter.acquire(places)];
    expect((await limiter.inspect()).buckets[0]).toMatchObject({ rate: null, capacity: 2, left: 0, nextSlotMs: 5000 });
    await grants[0]?.release();
    expect((await limiter.inspect()).buckets[0]).toMatchObject({ left: 1, fill: 0.5, nextSlotMs: 0 });
  });

  it("of given charges shows these alone, each once, also if nobody has asked about them", async () => {
    const { limiter } = setup();
    await limiter.tryAcquire(bucket);
    const { buckets } = await limiter.inspect([window, { ...window, cost: 2 }, { ...places, cost: 0 }]);
    expect(buckets.map((one) => [one.bucket, one.left])).toEqual([
      ["posts", 2],
      ["jobs", 2],
    ]);
    expect((await limiter.inspect()).buckets.map((one) => one.bucket)).toEqual(["requests"]);
  });

  it("tells buckets of one name and different kinds apart", async () => {
    const { limiter } = setup();
    await limiter.tryAcquire({ ...places, bucket: "same", cost: 2 });
    await limiter.tryAcquire({ ...window, bucket: "same" });
    const { buckets } = await limiter.inspect();
    expect(buckets.map(({ limit, left }) => [limit.kind, left])).toEqual([
      ["slidingWindow", 1],
      ["concurrency", 0],
    ]);
  });

  it("remembers the thousand buckets that were asked about last, whatever way they were asked", async () => {
    const { limiter } = setup();
    const named = (n: number) => ({ ...bucket, bucket: `b${n}` });
    for (let n = 0; n < 5000; n += 1) {
      limiter.tryAcquireSync(named(n));
      if (n % 100 === 0) await limiter.peek(named(7));
    }
    const { buckets } = await limiter.inspect();
    const latest = Array.from({ length: 999 }, (_, n) => `b${4999 - n}`);
    // Looked at last after the 4900th.
    latest.splice(99, 0, "b7");
    expect(buckets.map((one) => one.bucket)).toEqual(latest);
  });

  it("shows a sample where thousands are in use, and is exact again when they are not", async () => {
    const { limiter } = setup();
    const ask = (n: number) => limiter.tryAcquireSync({ ...bucket, bucket: `b${n}` });
    for (let n = 0; n < 20_000; n += 1) ask(n);
    const sample = (await limiter.inspect()).buckets.map((one) => Number(one.bucket.slice(1)));
    expect(sample).toHaveLength(1000);
    for (let n = 0; n < 600; n += 1) for (let time = 0; time < 40; time += 1) ask(n);
    const { buckets } = await limiter.inspect();
    expect(buckets.slice(0, 500).map((one) => one.bucket)).toEqual(
      Array.from({ length: 500 }, (_, n) => `b${599 - n}`),
    );
  });

  it("does not hoard long names, and shows them to who names them", async () => {
    const { limiter } = setup();
    const long = { ...bucket, bucket: "x".repeat(257) };
    await limiter.tryAcquire(long);
    expect((await limiter.inspect()).buckets).toEqual([]);
    await limiter.tryAcquire({ ...bucket, bucket: "x".repeat(256) });
    expect((await limiter.inspect()).buckets).toHaveLength(1);
    expect((await limiter.inspect(long)).buckets).toMatchObject([{ bucket: long.bucket }]);
  });

  it("is frozen plain data, which JSON takes as it is", async () => {
    const { limiter } = setup();
    await limiter.acquire([bucket, window, places]);
    const sight = await limiter.inspect();
    expect(JSON.parse(JSON.stringify(sight))).toEqual(sight);
    const frozen = (value: unknown): boolean =>
      typeof value !== "object" || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen));
    expect(frozen(sight)).toBe(true);
  });

  it("says in which mode the limiter is", async () => {
    const { limiter } = setup();
    limiter.mode = "shadow";
    expect((await limiter.inspect()).enforcement).toBe("shadow");
  });
});

describe("a look at a limiter whose store is elsewhere", () => {
  /** A store in this process that answers a moment later, as one over a network does. */
  function remote(refuses?: string) {
    const { clock, inner } = setup();
    const take = async (...asked: Parameters<Store["take"]>) => {
      await Promise.resolve();
      if (asked[0].charges.some((one) => one.bucket === refuses)) throw new StoreUnavailableError("away");
      return inner.take(...asked);
    };
    return { clock, limiter: createLimiter({ store: { ...inner, immediate: false, take }, clock }) };
  }

  it("shows the same, in mode shared, and leaves no timer behind", async () => {
    const { clock, limiter } = remote();
    await clock.advance(5000);
    await limiter.acquire({ ...bucket, cost: 3 });
    const { mode, buckets } = await limiter.inspect();
    expect(mode).toBe("shared");
    expect(buckets).toMatchObject([{ left: 1, fill: 0.25, nextSlotMs: 0, fullAfterMs: 300 }]);
    expect(clock.pending).toBe(0);
  });

  it("shows what was answered where one question was not", async () => {
    const { limiter } = remote("posts");
    const { mode, buckets } = await limiter.inspect([bucket, window]);
    expect(mode).toBe("shared");
    expect(buckets.map((one) => [one.bucket, one.left])).toEqual([
      ["requests", 4],
      ["posts", null],
    ]);
  });

  it("remembers what it saw of a bucket by its kind of limit", async () => {
    const { limiter } = remote("same");
    await limiter.inspect([{ ...bucket, bucket: "same" }]);
    const { buckets } = await limiter.inspect([{ ...window, bucket: "same" }]);
    expect(buckets).toMatchObject([{ left: null, limit: { kind: "slidingWindow" } }]);
  });
});

describe("a look at a limiter whose store is away", () => {
  it.each(["local", "open", "closed"])("asks nobody in mode %s, and says when its figures were true", async (away) => {
    const store: { mode: string; take?: Store["take"] } = { mode: "shared" };
    const { clock, inner } = setup();
    let asked = 0;
    const over: Store & { readonly mode: string } = {
      ...inner,
      get mode() {
        return store.mode;
      },
      take: (request) => ((asked += 1), inner.take(request)),
    };
    const limiter = createLimiter({ store: over, clock });
    await limiter.tryAcquire(bucket);
    await limiter.inspect();
    await clock.advance(1000);
    await limiter.tryAcquire(window);
    store.mode = away;
    const before = asked;
    const { mode, buckets } = await limiter.inspect();
    expect(asked).toBe(before);
    expect(mode).toBe(away);
    expect(buckets.map(({ bucket: name, left, asOf, ...one }) => [name, left, asOf, one.mode])).toEqual([
      ["posts", null, null, away],
      ["requests", 3, "2026-01-01T00:00:00.000Z", away],
    ]);
  });

  it("never throws, and calls a store closed that refuses every question", async () => {
    const { limiter } = setup({ take: () => Promise.reject(new StoreUnavailableError("away")), mode: "unknown" });
    const { mode, buckets } = await limiter.inspect(bucket);
    expect([mode, buckets[0]?.left, buckets[0]?.nextSlotMs]).toEqual(["closed", null, null]);
  });

  it("ends in time although the store never answers", async () => {
    const { clock, limiter } = setup({ take: () => new Promise(() => {}), immediate: false });
    const looking = limiter.inspect(bucket, { timeoutMs: 200 });
    await clock.advance(199);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    expect((await looking).buckets[0]).toMatchObject({ left: null, asOf: null, capacity: 4 });
    expect(clock.pending).toBe(0);
  });
});

describe("a look that cannot be", () => {
  it.each([
    [{ ...bucket, bucket: "" }, {}, "bucket"],
    [{ ...bucket, cost: -1 }, {}, "cost"],
    [{ bucket: "b", limit: { kind: "none" } }, {}, "limit"],
    [Array.from({ length: 1001 }, () => bucket), {}, "charges"],
    [undefined, { timeoutMs: -1 }, "timeoutMs"],
    [undefined, { timeoutMs: Number.NaN }, "timeoutMs"],
    [undefined, null, "options"],
  ])("is a ConfigError before the store is asked: %#", async (charges, options, option) => {
    let asked = 0;
    const { limiter } = setup({ take: () => ((asked += 1), Promise.reject(new Error("asked"))) });
    await expect(limiter.inspect(charges as never, options as never)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      option,
    });
    expect(asked).toBe(0);
  });

  it("of a limit that the store does not know is the store's own mistake, when it was named", async () => {
    const { limiter } = setup();
    const own = customLimit({
      name: "odd",
      algorithm: () => ({ state: 0, decision: { allowed: true } }),
      initial: 0,
    });
    await expect(limiter.inspect({ bucket: "b", limit: own })).rejects.toBeInstanceOf(Error);
  });

  it("of a thousand buckets is none", async () => {
    const { limiter } = setup();
    const charges = Array.from({ length: 1000 }, (_, n) => ({ ...bucket, bucket: `b${n}` }));
    expect((await limiter.inspect(charges)).buckets).toHaveLength(1000);
  });

  it("of a closed limiter says so", async () => {
    const { limiter } = setup();
    await limiter.close();
    await expect(limiter.inspect()).rejects.toMatchObject({ code: "LIMITER_CLOSED" });
  });
});
