import { SluiceError } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { createLimiter } from "../limiter/create-limiter.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { slidingWindow } from "../limits/windows.js";
import { memoryStore } from "../memory/memory-store.js";
import type { Store } from "../store/store.js";

/** A limiter on a fake clock, and how often its store was asked. */
function setup() {
  const clock = createFakeClock();
  const memory = memoryStore({ clock });
  const asked = { take: 0, giveBack: 0 };
  const store: Store = {
    ...memory,
    take: (request) => ((asked.take += 1), memory.take(request)),
    giveBack: (request) => ((asked.giveBack += 1), memory.giveBack(request)),
  };
  return { clock, asked, limiter: createLimiter({ store, clock, provider: "test", account: "acme" }) };
}

const bucket = (refillRate: number, burst: number, name = "b") => ({
  bucket: name,
  limit: tokenBucket({ refillRate, burst }),
});

describe("those who wait", () => {
  it("a thousand calls at 5 per second take 200 s less the burst, to the millisecond", async () => {
    const { clock, limiter } = setup();
    const at: number[] = [];
    const all = Array.from({ length: 1000 }, () =>
      limiter.acquire(bucket(5, 10), { timeoutMs: 600_000 }).then(() => at.push(clock.now())),
    );
    await clock.runUntil(() => at.length === 1000);
    await Promise.all(all);
    expect(at.slice(0, 10)).toEqual(Array(10).fill(0));
    expect(at.at(-1)).toBe(198_000);
    expect(at.slice(10)).toEqual(Array.from({ length: 990 }, (_, index) => (index + 1) * 200));
  });

  it("never poll: one question a grant in a slow bucket, far fewer in a fast one", async () => {
    const slow = setup();
    const waiting = Array.from({ length: 20 }, () => slow.limiter.acquire(bucket(1 / 3, 1), { timeoutMs: 120_000 }));
    await slow.clock.runUntil(() => false);
    await Promise.all(waiting);
    expect(slow.asked.take).toBeLessThanOrEqual(22);

    const fast = setup();
    const many = Array.from({ length: 400 }, () => fast.limiter.acquire(bucket(50, 20)));
    await fast.clock.runUntil(() => false);
    await Promise.all(many);
    expect(fast.asked.take).toBeLessThanOrEqual(400 * 0.3);
  });

  it("are refused at once when the queue ahead of them alone would outlast their patience", async () => {
    const { clock, limiter } = setup();
    const patient = Array.from({ length: 10 }, () => limiter.acquire(bucket(1, 1), { timeoutMs: 60_000 }));
    await clock.advance(0);
    const late = limiter.acquire(bucket(1, 1), { timeoutMs: 5000 });
    await expect(late).rejects.toMatchObject({
      code: "LIMIT_EXCEEDED",
      bucket: "b",
      provider: "test",
      account: "acme",
    });
    await expect(late.catch((error: { retryAfterMs: number }) => error.retryAfterMs)).resolves.toBe(10_000);
    expect(clock.now()).toBe(0);
    await clock.runUntil(() => false);
    await Promise.all(patient);
    expect(clock.now()).toBe(9000);
  });

  it("are not refused for those ahead of them while the bucket is known to hold tokens", async () => {
    const { limiter } = setup();
    await limiter.acquire(bucket(0.01, 20));
    await Promise.all(Array.from({ length: 19 }, () => limiter.acquire(bucket(0.01, 20), { timeoutMs: 300 })));
    await expect(limiter.acquire(bucket(0.01, 20), { timeoutMs: 300 })).rejects.toMatchObject({
      code: "LIMIT_EXCEEDED",
    });
  });

  it("get the place of one who left, and the queue does not stall", async () => {
    const { clock, limiter } = setup();
    const controller = new AbortController();
    const reason = new Error("gone");
    const at: number[] = [];
    const note = () => at.push(clock.now());
    await limiter.acquire(bucket(1, 1));
    const leaving = limiter.acquire(bucket(1, 1), { signal: controller.signal });
    const staying = [limiter.acquire(bucket(1, 1)).then(note), limiter.acquire(bucket(1, 1)).then(note)];
    await clock.advance(950);
    controller.abort(reason);
    await expect(leaving).rejects.toBe(reason);
    await clock.runUntil(() => false);
    await Promise.all(staying);
    expect(at).toEqual([1000, 2000]);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });

  it("leave no listener, timer or waiter behind, however they end", async () => {
    const { clock, limiter } = setup();
    const controller = new AbortController();
    const ends = [
      limiter.acquire(bucket(10, 1), { signal: controller.signal }),
      limiter.acquire(bucket(10, 1), { signal: controller.signal }),
      limiter.acquire(bucket(10, 1), { signal: controller.signal, timeoutMs: 1 }),
    ];
    const settled = Promise.allSettled(ends);
    await clock.advance(1000);
    expect((await settled).map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
    expect(clock.pending).toBe(0);
  });

  it("give nothing away: three thousand aborted at random leave every token where it was", async () => {
    const { clock, limiter } = setup();
    const limit = { bucket: "b", limit: tokenBucket({ refillRate: 100, burst: 50 }) };
    let granted = 0;
    let seed = 1;
    const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const calls = Array.from({ length: 3000 }, async () => {
      const controller = new AbortController();
      clock.setTimer(() => controller.abort(new Error("gone")), random() * 3000);
      const grant = await limiter.acquire(limit, { signal: controller.signal, timeoutMs: 60_000 });
      granted += 1;
      await grant.giveBack();
    });
    const settled = Promise.allSettled(calls);
    await clock.runUntil(() => false);
    await settled;
    await clock.advance(1000);
    expect(granted).toBeGreaterThan(50);
    expect(await limiter.peek(limit)).toMatchObject({ kind: "allowed", remaining: 50 });
  });

  it("with a higher priority overtake those who hold a unit that is not due yet", async () => {
    const { clock, limiter } = setup();
    await limiter.acquire(bucket(50, 1));
    const order: string[] = [];
    const low = Array.from({ length: 6 }, (_, index) =>
      limiter.acquire(bucket(50, 1)).then(() => order.push(`low ${index}`)),
    );
    await clock.advance(5);
    const high = limiter.acquire(bucket(50, 1), { priority: 9 }).then(() => order.push("high"));
    await clock.runUntil(() => false);
    await Promise.all([...low, high]);
    expect(order).toEqual(["high", "low 0", "low 1", "low 2", "low 3", "low 4", "low 5"]);
  });

  it("for a narrow bucket do not hold up those of a wide one", async () => {
    const { clock, limiter } = setup();
    const wide = bucket(50, 100, "all");
    const team = (name: string) => [wide, bucket(5, 10, name)];
    const queued = Array.from({ length: 1000 }, () => limiter.acquire(team("a"), { timeoutMs: 600_000 }));
    await clock.advance(1000);
    const waits: number[] = [];
    const others = Array.from({ length: 19 }, (_, index) =>
      limiter.acquire(team(`t${index}`)).then(({ waitedMs }) => waits.push(waitedMs)),
    );
    await clock.advance(1);
    await Promise.all(others);
    expect(Math.max(...waits)).toBe(0);
    await limiter.close();
    for (const result of await Promise.allSettled(queued))
      if (result.status === "rejected") expect(result.reason).toBeInstanceOf(SluiceError);
  });

  it("wait on through a pause in their order, and those it makes too late are refused at once", async () => {
    const { clock, limiter } = setup();
    const charge = bucket(50, 1);
    await limiter.acquire(charge);
    const at: number[] = [];
    const patient = Array.from({ length: 5 }, () => limiter.acquire(charge).then(() => at.push(clock.now())));
    const impatient = limiter.acquire(charge, { timeoutMs: 500 });
    await clock.advance(1);
    const refused = impatient.catch((error: { retryAfterMs: number }) => ({ atMs: clock.now(), ...error }));
    await limiter.observe(charge, { retryAfterMs: 2000 });
    expect(await refused).toMatchObject({ code: "LIMIT_EXCEEDED", atMs: 1 });
    await clock.runUntil(() => false);
    await Promise.all(patient);
    expect(at[0]).toBe(2001);
    expect(at).toEqual(at.toSorted((a, b) => a - b));
    expect(at.at(-1)).toBeLessThanOrEqual(2001 + 4 * 20);
  });

  it("all hear of a store that fails", async () => {
    const clock = createFakeClock();
    const broken: Store = { ...memoryStore({ clock }), take: () => Promise.reject(new Error("no store")) };
    const limiter = createLimiter({ store: broken, clock });
    const all = await Promise.allSettled([limiter.acquire(bucket(1, 1)), limiter.acquire(bucket(1, 1))]);
    expect(all.map((one) => one.status === "rejected" && (one.reason as Error).message)).toEqual([
      "no store",
      "no store",
    ]);
  });
});

describe("bad input", () => {
  const { limiter } = setup();
  const good = bucket(1, 2);
  it.each([
    ["cost", { ...good, cost: Number.NaN }],
    ["cost", { ...good, cost: -1 }],
    ["cost", { ...good, cost: 0.5 }],
    ["cost", { ...good, cost: -0 }],
    ["cost", { ...good, cost: Number.POSITIVE_INFINITY }],
    ["cost", { ...good, cost: "1" as never }],
    ["cost", { ...good, cost: 1n as never }],
    ["bucket", { ...good, bucket: "" }],
    ["bucket", { ...good, bucket: 7 as never }],
    ["limit", { ...good, limit: { kind: "magic" } as never }],
    ["limit", { ...good, limit: null as never }],
    ["refillRate", { ...good, limit: { kind: "tokenBucket", refillRate: -1, burst: 1 } as const }],
    ["windowMs", { ...good, limit: { kind: "slidingWindow", limit: 1, windowMs: 0.5 } as const }],
    ["charge", null as never],
    ["limit of bucket b", [good, { ...good, limit: tokenBucket({ refillRate: 3, burst: 2 }) }]],
  ])("a bad %s is refused by name, by every method, before the store is asked", async (option, charges) => {
    for (const method of ["tryAcquire", "acquire", "peek", "reserve"] as const) {
      await expect(limiter[method](charges)).rejects.toMatchObject({ code: "CONFIG_INVALID", option });
    }
    await expect(limiter.observe(charges, { remaining: 1 })).rejects.toMatchObject({ code: "CONFIG_INVALID", option });
  });

  it.each([
    ["timeoutMs", () => limiter.acquire(good, { timeoutMs: -1 })],
    ["timeoutMs", () => limiter.acquire(good, { timeoutMs: Number.NaN })],
    ["priority", () => limiter.acquire(good, { priority: Number.NaN })],
    ["maxDelayMs", () => limiter.reserve(good, { maxDelayMs: -1 })],
    ["retryAfterMs", () => limiter.observe(good, { retryAfterMs: -5 })],
    ["remaining", () => limiter.observe(good, { remaining: Number.NaN })],
    ["store", async () => createLimiter({ store: {} as never })],
    ["account", async () => createLimiter({ store: memoryStore(), account: " " })],
    ["maxBuckets", async () => memoryStore({ maxBuckets: 0 })],
    ["burst", async () => tokenBucket({ refillRate: 1, burst: 0 })],
    ["burst", async () => tokenBucket({ refillRate: 1e-6, burst: 1e9 })],
    ["refillRate", async () => tokenBucket({ refillRate: 0 })],
    ["limit", async () => slidingWindow({ limit: 1.5, windowMs: 10 })],
  ])("a bad %s is refused by name", async (option, call) => {
    await expect(call()).rejects.toMatchObject({ code: "CONFIG_INVALID", option });
  });

  it("a cost of 0 is a look: it takes nothing and is always allowed", async () => {
    expect(await limiter.tryAcquire({ ...good, cost: 0 })).toMatchObject({ kind: "allowed", remaining: 2 });
    expect(await limiter.peek([])).toMatchObject({ kind: "allowed", remaining: Number.POSITIVE_INFINITY });
    expect(await limiter.acquire({ ...good, cost: 0 })).toMatchObject({ waitedMs: 0 });
    expect(await limiter.peek(good)).toMatchObject({ remaining: 2 });
  });
});

describe("the memory store's table", () => {
  it("forgets idle buckets by itself and refuses newcomers rather than forget busy ones", async () => {
    const clock = createFakeClock();
    const store = memoryStore({ clock, maxBuckets: 100 });
    const limiter = createLimiter({ store, clock });
    for (let n = 0; n < 10_000; n += 1) {
      await limiter.tryAcquire(bucket(1000, 1, `one-off ${n}`));
      await clock.advance(1);
    }
    expect(store.size).toBeLessThan(10);
    for (let n = 0; n < 100; n += 1) await limiter.tryAcquire(bucket(0.01, 1, `busy ${n}`));
    await expect(limiter.tryAcquire(bucket(0.01, 1, "one more"))).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect((await limiter.tryAcquire(bucket(0.01, 1, "busy 7"))).kind).toBe("delayed");
  });
});
