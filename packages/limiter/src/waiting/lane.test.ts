import type { LimitExceededError } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { createLimiter } from "../limiter/create-limiter.js";
import type { Charge } from "../limits/charge.js";
import { concurrency } from "../limits/concurrency.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { memoryStore } from "../memory/memory-store.js";
import type { Store, TakeReply, TakeRequest } from "../store/store.js";

const slow: Charge = { bucket: "slow", limit: tokenBucket({ refillRate: 1, burst: 1 }) };
const quick: Charge = { bucket: "quick", limit: tokenBucket({ refillRate: 50, burst: 1 }) };

/** A limiter, and another of a second process, over a store that answers by promises, as one over a network does. */
function rig(takeWith?: (take: () => TakeReply, question: number) => TakeReply | Promise<TakeReply>) {
  const clock = createFakeClock();
  const inner = memoryStore({ clock });
  const asked: TakeRequest[] = [];
  const { decide: _decide, immediate: _immediate, ...rest } = inner;
  const store: Store = {
    ...rest,
    take: async (request) => {
      asked.push(request);
      const take = (): TakeReply => inner.take(request) as TakeReply;
      return takeWith === undefined ? take() : takeWith(take, asked.length);
    },
  };
  const limiter = createLimiter({ store, clock });
  return { clock, asked, limiter, other: createLimiter({ store: inner, clock }) };
}

/** Takes what is there, then lets so many wait; when each was granted, in the end. */
async function waiting(
  { clock, limiter }: Pick<ReturnType<typeof rig>, "clock" | "limiter">,
  charge: Charge,
  many: number,
  signals: readonly AbortSignal[] = [],
): Promise<number[]> {
  await limiter.tryAcquire(charge);
  const grantedMs: number[] = [];
  for (let n = 0; n < many; n += 1) {
    const signal = signals[n];
    limiter.acquire(charge, signal === undefined ? {} : { signal }).then(
      () => grantedMs.push(clock.now()),
      () => grantedMs.push(Number.NaN),
    );
  }
  await clock.advance(1);
  return grantedMs;
}

describe("a newcomer to a queue", () => {
  it("is told the time that those ahead of it need", async () => {
    const one = rig();
    await waiting(one, slow, 2);
    await one.clock.advance(399);
    expect(await one.limiter.tryAcquire(slow)).toEqual({ kind: "delayed", retryAfterMs: 2600, bucket: "slow" });
    await expect(one.limiter.acquire(slow, { timeoutMs: 2599 })).rejects.toMatchObject({ retryAfterMs: 2600 });
    const patient = one.limiter.acquire(slow, { timeoutMs: 2601 });
    await one.clock.advance(2600);
    expect((await patient).waitedMs).toBe(2600);
  });

  it("is told so too when it comes in the same turn as those ahead of it", async () => {
    const { clock, limiter } = rig();
    await limiter.tryAcquire(slow);
    const refused: unknown[] = [];
    for (const timeoutMs of [9000, 9000, 2500, 1500])
      limiter
        .acquire(slow, { timeoutMs })
        .catch(({ retryAfterMs }: LimitExceededError) => refused.push([timeoutMs, retryAfterMs]));
    await clock.advance(1);
    expect(refused).toEqual([
      [2500, 3000],
      [1500, 3000],
    ]);
  });

  it("needs time for those alone that are no lower", async () => {
    const one = rig();
    await waiting(one, slow, 2);
    await one.clock.advance(399);
    await expect(one.limiter.acquire(slow, { timeoutMs: 599, priority: 1 })).rejects.toMatchObject({
      retryAfterMs: 600,
    });
    const high = one.limiter.acquire(slow, { timeoutMs: 601, priority: 1 });
    await one.clock.advance(600);
    expect((await high).waitedMs).toBe(600);
  });

  it("makes those too late whom it overtakes, and they hear of it when the next token is booked", async () => {
    const one = rig();
    await one.limiter.tryAcquire(slow);
    const low = one.limiter.acquire(slow, { timeoutMs: 1500 }).catch(() => one.clock.now());
    await one.clock.advance(1);
    void one.limiter.acquire(slow, { priority: 1 });
    await one.clock.advance(1499);
    expect(await low).toBe(900);
  });
});

describe("what is booked for those who wait", () => {
  it("is no more than 80 ms of the bucket, so that another process has its turn", async () => {
    const one = rig();
    await waiting(one, quick, 50);
    // Four of them, at 20, 40, 60 and 80 ms.
    expect((await one.other.reserve(quick)).delayMs).toBe(99);
  });

  it("goes back when the limiter closes", async () => {
    const one = rig();
    await waiting(one, quick, 4);
    await one.limiter.close();
    expect((await one.other.reserve(quick)).delayMs).toBe(19);
    expect(one.clock.pending).toBe(0);
  });

  it("goes to the next when one leaves, and what is left over goes back", async () => {
    const one = rig();
    const leaving = new AbortController();
    const grantedMs = await waiting(one, quick, 4, [new AbortController().signal, leaving.signal]);
    leaving.abort(new Error("gone"));
    await one.clock.advance(0);
    expect((await one.other.reserve(quick)).delayMs).toBe(79);
    await one.clock.advance(200);
    expect(grantedMs).toEqual([Number.NaN, 20, 40, 60]);
  });

  it("is granted although the next question fails, which only those hear who have nothing yet", async () => {
    const one = rig((take, question) => {
      if (question === 3) throw new Error("the store is away");
      return take();
    });
    const grantedMs = await waiting(one, quick, 6);
    await one.clock.advance(500);
    expect(grantedMs.filter((ms) => !Number.isNaN(ms))).toEqual([20, 40, 60, 80]);
    expect(grantedMs).toHaveLength(6);
    expect((await one.limiter.acquire(quick)).waitedMs).toBe(0);
  });

  it("goes back when the answer comes after the limiter was closed", async () => {
    let answer: () => void = () => {};
    const one = rig((take, question) => {
      if (question === 1) return take();
      const reply = take();
      return new Promise<TakeReply>((resolve) => (answer = () => resolve(reply)));
    });
    await waiting(one, quick, 4);
    expect((await one.other.peek(quick)).kind).toBe("delayed");
    await one.limiter.close();
    answer();
    await one.clock.advance(0);
    expect((await one.other.reserve(quick)).delayMs).toBe(19);
  });

  it("before a pause that is known by the time of the answer goes back, and is asked for again after it", async () => {
    let answer: () => void = () => {};
    const one = rig((take, question) => {
      if (question !== 2) return take();
      const reply = take();
      return new Promise<TakeReply>((resolve) => (answer = () => resolve(reply)));
    });
    const grantedMs = await waiting(one, quick, 2);
    await one.limiter.observe(quick, { retryAfterMs: 300, refused: false });
    answer();
    await one.clock.advance(299);
    expect(grantedMs).toEqual([]);
    await one.clock.advance(100);
    expect(grantedMs).toHaveLength(2);
    for (const ms of grantedMs) expect(ms).toBeGreaterThanOrEqual(301);
  });
});

it("a place that comes free while the store is being asked is asked for again at once, for its answer may be from before", async () => {
  const place: Charge = { bucket: "in flight", limit: concurrency({ max: 1, leaseMs: 60_000 }) };
  let answer: () => void = () => {};
  const one = rig((take, question) => {
    const reply = take();
    return question === 1 ? new Promise<TakeReply>((resolve) => (answer = () => resolve(reply))) : reply;
  });
  const held = await one.other.acquire(place);
  const granted = one.limiter.acquire(place);
  await one.clock.advance(1);
  expect(one.asked).toHaveLength(1);
  await held.release();
  await one.clock.advance(1);
  answer();
  await one.clock.advance(10);
  expect((await granted).waitedMs).toBeLessThanOrEqual(4);
  expect(one.asked).toHaveLength(2);
});

describe("a caller who comes again and again, one at a time", () => {
  const rounds = async (one: ReturnType<typeof rig>, count: number, restMs: number): Promise<number> => {
    for (let n = 0; n < count; n += 1) {
      const granted = one.limiter.acquire(quick);
      await one.clock.advance(25);
      await granted;
      await one.clock.advance(restMs);
    }
    return one.asked.length;
  };

  it("is asked for once in two calls", async () => {
    expect(await rounds(rig(), 40, 0)).toBeLessThan(30);
  });

  it("has its unit given back when it stays away", async () => {
    const one = rig();
    await rounds(one, 9, 0);
    await one.clock.advance(200);
    expect(await one.other.peek(quick)).toMatchObject({ kind: "allowed", remaining: 1 });
    expect(one.clock.pending).toBe(0);
  });

  it("is asked for each time when it takes its time", async () => {
    expect(await rounds(rig(), 20, 150)).toBeGreaterThanOrEqual(20);
  });
});

it("who waits behind a slow bucket asks once for each unit", async () => {
  const one = rig();
  const grantedMs = await waiting(one, slow, 5);
  await one.clock.advance(5000);
  expect(grantedMs).toEqual([1000, 2000, 3000, 4000, 5000]);
  expect(one.asked.length).toBeLessThanOrEqual(12);
});
