import { isSluiceError } from "@sluice/core";
import { afterEach, describe, expect, it } from "vitest";
import { createLimiter } from "../limiter/create-limiter.js";
import type { Limiter } from "../limiter/limiter.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { slidingWindow } from "../limits/windows.js";
import type { Store } from "../store/store.js";
import { shortestOf } from "./rounds.js";

/** What the suite needs to know of a store. */
export interface StoreUnderTest {
  /** A store of its own for each test, all with the same contents when `sharing` is true. */
  readonly open: () => Store | Promise<Store>;
  /** Another handle on the contents of the last store opened, as a second process has. */
  readonly openAgain: () => Store | Promise<Store>;
}

/**
 * The behaviour every store must show under a limiter, on a real clock with short times. Call it in a test file of your own.
 */
export function limiterContract(name: string, { open, openAgain }: StoreUnderTest): void {
  describe(`${name} keeps the limiter's contract`, () => {
    const closers: (() => Promise<void>)[] = [];
    const limiterOver = (store: Store, account = "acme"): Limiter => {
      const limiter = createLimiter({ store, provider: "test", account });
      closers.push(() => limiter.close());
      return limiter;
    };
    const fresh = async (): Promise<Limiter> => {
      const store = await open();
      closers.push(() => store.close());
      return limiterOver(store);
    };
    const another = async (): Promise<Limiter> => {
      const store = await openAgain();
      closers.push(() => store.close());
      return limiterOver(store);
    };
    afterEach(async () => {
      for (const close of closers.splice(0)) await close();
    });

    const bucket = (refillRate: number, burst: number, bucketName = "b", cost = 1) => ({
      bucket: bucketName,
      limit: tokenBucket({ refillRate, burst }),
      cost,
    });
    const window = (limit: number, windowMs: number, bucketName = "w", cost = 1) => ({
      bucket: bucketName,
      limit: slidingWindow({ limit, windowMs }),
      cost,
    });

    it("admits a full burst from an idle bucket and then says when to come back", async () => {
      const limiter = await fresh();
      // So slow that nothing drips in while the machine stalls.
      const slow = bucket(0.01, 3);
      for (let n = 2; n >= 0; n -= 1)
        expect(await limiter.tryAcquire(slow)).toMatchObject({ kind: "allowed", remaining: n });
      const refused = await limiter.tryAcquire(slow);
      expect(refused).toMatchObject({ kind: "delayed", bucket: "b" });
      expect(refused.kind === "delayed" && refused.retryAfterMs).toBeGreaterThan(80_000);
      expect(refused.kind === "delayed" && refused.retryAfterMs).toBeLessThanOrEqual(100_000);
    });

    it("admits a window's tokens at once and the next one when the first has left it", async () => {
      const limiter = await fresh();
      // Full for longer than any stall; the short one may have room again when it is asked once more.
      const long = window(3, 60_000, "long");
      for (let n = 0; n < 3; n += 1) expect((await limiter.tryAcquire(long)).kind).toBe("allowed");
      expect((await limiter.tryAcquire(long)).kind).toBe("delayed");
      const startedMs = performance.now();
      for (let n = 0; n < 3; n += 1) expect((await limiter.tryAcquire(window(3, 300))).kind).toBe("allowed");
      await limiter.acquire(window(3, 300), { timeoutMs: 10_000 });
      expect(performance.now() - startedMs).toBeGreaterThan(290);
    });

    it("takes all charges or none", async () => {
      const limiter = await fresh();
      await limiter.tryAcquire(bucket(0.1, 1, "narrow"));
      expect(await limiter.tryAcquire([bucket(1, 10, "wide"), bucket(0.1, 1, "narrow")])).toMatchObject({
        kind: "delayed",
        bucket: "narrow",
      });
      expect(await limiter.peek(bucket(1, 10, "wide"))).toMatchObject({ kind: "allowed", remaining: 10 });
      expect(await limiter.peek(window(5, 60_000))).toMatchObject({ remaining: 5 });
      await limiter.tryAcquire([bucket(1, 10, "wide"), window(5, 60_000)]);
      expect(await limiter.peek(bucket(0.001, 10, "wide"))).toMatchObject({ remaining: 9 });
      expect(await limiter.peek(window(5, 60_000))).toMatchObject({ remaining: 4 });
    });

    it("calls a cost above the burst impossible and takes nothing", async () => {
      const limiter = await fresh();
      expect(await limiter.tryAcquire(bucket(1, 3, "b", 4))).toEqual({ kind: "impossible", bucket: "b", burst: 3 });
      for (const wait of ["acquire", "reserve"] as const) {
        await expect(limiter[wait](window(3, 1000, "w", 4))).rejects.toMatchObject({
          code: "CONFIG_INVALID",
          option: "cost",
          value: 4,
        });
      }
      expect(await limiter.peek(bucket(1, 3))).toMatchObject({ remaining: 3 });
    });

    it("refuses at once a wait that cannot end in time, and takes nothing", async () => {
      const limiter = await fresh();
      const slow = bucket(0.01, 1);
      await limiter.tryAcquire(slow);
      let error: unknown;
      const tookMs = await shortestOf(150, async () => {
        const startedMs = performance.now();
        error = await limiter.acquire(slow, { timeoutMs: 15_000 }).catch((caught: unknown) => caught);
        return performance.now() - startedMs;
      });
      expect(tookMs).toBeLessThan(150);
      expect(error).toMatchObject({ code: "LIMIT_EXCEEDED", bucket: "b", provider: "test", account: "acme" });
      expect((error as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(50_000);
      expect(isSluiceError(error)).toBe(true);
    });

    it("grants waiters in the order they came, evenly, and never early", async () => {
      const limiter = await fresh();
      const lastMs = await shortestOf(400, async (round) => {
        const startedMs = performance.now();
        const order: number[] = [];
        const at: number[] = [];
        await Promise.all(
          Array.from({ length: 12 }, async (_, index) => {
            await limiter.acquire(bucket(50, 2, `b${round}`));
            order.push(index);
            at.push(performance.now() - startedMs);
          }),
        );
        expect(order).toEqual(order.toSorted((a, b) => a - b));
        for (const [index, ms] of at.entries()) expect(ms).toBeGreaterThanOrEqual(Math.max(0, index - 1) * 20 - 1);
        return at[11] as number;
      });
      expect(lastMs).toBeGreaterThan(199);
      expect(lastMs).toBeLessThan(400);
    });

    it("serves higher priority first", async () => {
      const limiter = await fresh();
      await limiter.tryAcquire(bucket(20, 1));
      const order: string[] = [];
      const wait = async (label: string, priority: number): Promise<void> => {
        await limiter.acquire(bucket(20, 1), { priority });
        order.push(label);
      };
      await Promise.all([wait("low", 0), wait("low", 0), wait("high", 5)]);
      expect(order).toEqual(["high", "low", "low"]);
    });

    it("gives back what an aborted waiter had, and rejects with the caller's reason", async () => {
      const limiter = await fresh();
      const controller = new AbortController();
      const reason = new Error("changed my mind");
      // In one turn, so that no stall lies between them: the first has the token, the second the one that comes next.
      const first = limiter.acquire(bucket(10, 1));
      const waiting = limiter.acquire(bucket(10, 1), { signal: controller.signal });
      const next = limiter.acquire(bucket(10, 1));
      setTimeout(() => controller.abort(reason), 20);
      await expect(waiting).rejects.toBe(reason);
      // By the store's clock: had it been lost, the one after it would come 200 ms after the first.
      expect((await next).atUs - (await first).atUs).toBeLessThan(150_000);
    });

    it("gives back a grant that is not used", async () => {
      const limiter = await fresh();
      const grant = await limiter.acquire(bucket(0.1, 2));
      await limiter.acquire(bucket(0.1, 2));
      expect((await limiter.tryAcquire(bucket(0.1, 2))).kind).toBe("delayed");
      await grant.giveBack();
      await grant.giveBack();
      const decisions = [await limiter.tryAcquire(bucket(0.1, 2)), await limiter.tryAcquire(bucket(0.1, 2))];
      expect(decisions.filter(({ kind }) => kind === "allowed").length).toBeLessThanOrEqual(1);
    });

    it("answers a look, which costs nothing, as often as it is asked", async () => {
      const limiter = await fresh();
      for (let n = 0; n < 4; n += 1) {
        expect(await limiter.tryAcquire(bucket(1, 3, "b", 0))).toMatchObject({ kind: "allowed", remaining: 3 });
        expect(await limiter.peek([window(2, 1000, "w", 0), bucket(1, 3, "b", 0)])).toMatchObject({ remaining: 2 });
      }
      await limiter.observe(bucket(0.1, 3, "b", 0), { remaining: 1 });
      expect(await limiter.tryAcquire(bucket(0.1, 3, "b", 0))).toMatchObject({ remaining: 1 });
    });

    it("counts a request in its window from the answer on", async () => {
      const limiter = await fresh();
      // A stall after the answer takes from the window too.
      const goneMs = await shortestOf(50, async (round) => {
        const charge = window(1, 60_000, `w${round}`);
        const grant = await limiter.acquire(charge);
        await new Promise((resolve) => setTimeout(resolve, 150));
        await grant.landed();
        const refused = await limiter.tryAcquire(charge);
        return refused.kind === "delayed" ? 60_000 - refused.retryAfterMs : Number.POSITIVE_INFINITY;
      });
      expect(goneMs).toBeLessThan(50);
    });

    it("peek changes nothing", async () => {
      const limiter = await fresh();
      for (let n = 0; n < 5; n += 1)
        expect(await limiter.peek([bucket(0.1, 2), window(2, 60_000)])).toMatchObject({
          kind: "allowed",
          remaining: 2,
        });
    });

    it("a cancelled reservation leaves no trace", async () => {
      const limiter = await fresh();
      const charges = [bucket(0.01, 1), window(2, 400_000)];
      const first = await limiter.reserve(charges);
      const second = await limiter.reserve(charges);
      expect(first.delayMs).toBe(0);
      expect(second.delayMs).toBeGreaterThan(50_000);
      await second.cancel();
      await second.cancel();
      const again = await limiter.reserve(charges);
      expect(again.delayMs).toBeLessThanOrEqual(100_000);
      await expect(limiter.reserve(charges, { maxDelayMs: 10 })).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
    });

    it("a pause holds newcomers and those who already wait, also in another process", async () => {
      const here = await fresh();
      const there = await another();
      const paused = bucket(40, 1, "paused");
      // Who does not listen yet hears of no pause.
      const heardOfMs = async (): Promise<unknown> => {
        await here.observe(paused, { retryAfterMs: 60_000 });
        return (await there.inspect(paused)).buckets[0]?.pausedForMs;
      };
      await expect.poll(heardOfMs, { timeout: 10_000 }).toBeGreaterThan(0);
      for (const limiter of [here, there]) expect(await limiter.tryAcquire(paused)).toMatchObject({ kind: "delayed" });

      // A token every 25 ms, so that the word is there before the next but one; after a stall, those of a chunk were due before it.
      const charge = bucket(40, 1);
      await there.tryAcquire(charge);
      const startedMs = performance.now();
      const at: number[] = [];
      const waiting = Array.from({ length: 10 }, () =>
        there.acquire(charge).then(() => at.push(performance.now() - startedMs)),
      );
      await new Promise((resolve) => setTimeout(resolve, 30));
      await here.observe(charge, { retryAfterMs: 300 });
      const before = at.length;
      await Promise.all(waiting);
      expect(before).toBeLessThan(6);
      // One may have been on its way to the wire when the word came.
      for (const ms of at.slice(before + 1)) expect(ms).toBeGreaterThan(290);
    });

    it("follows what the provider says is left downwards only", async () => {
      const limiter = await fresh();
      await limiter.observe([bucket(0.1, 10), window(10, 60_000)], { remaining: 3 });
      expect(await limiter.peek(bucket(0.1, 10))).toMatchObject({ remaining: 3 });
      expect(await limiter.peek(window(10, 60_000))).toMatchObject({ remaining: 3 });
      await limiter.observe([bucket(0.1, 10), window(10, 60_000)], { remaining: 9 });
      expect(await limiter.peek([bucket(0.1, 10), window(10, 60_000)])).toMatchObject({ remaining: 3 });
    });

    it("shares a bucket between processes and keeps accounts apart", async () => {
      const here = await fresh();
      const there = await another();
      await here.tryAcquire(bucket(0.1, 2));
      expect(await there.tryAcquire(bucket(0.1, 2))).toMatchObject({ remaining: 0 });
      expect((await here.tryAcquire(bucket(0.1, 2))).kind).toBe("delayed");
      const store = await openAgain();
      closers.push(() => store.close());
      expect(await limiterOver(store, "other").peek(bucket(0.1, 2))).toMatchObject({ remaining: 2 });
    });

    it("keeps identifiers apart however hostile they are", async () => {
      const limiter = await fresh();
      const names = [
        "a",
        "a}b",
        "{}",
        "{x}y",
        "a:b",
        "a\r\nb",
        "\u0000",
        "*",
        "__proto__",
        "\ud800",
        "\udbff",
        "é",
        "x".repeat(5000),
        "x".repeat(5001),
        "%0061",
        "#",
      ];
      for (const bucketName of names)
        expect(await limiter.tryAcquire(bucket(0.1, 1, bucketName)), bucketName.slice(0, 20)).toMatchObject({
          kind: "allowed",
        });
      for (const bucketName of names)
        expect((await limiter.tryAcquire(bucket(0.1, 1, bucketName))).kind, bucketName.slice(0, 20)).toBe("delayed");
    });

    it("settles all waiters with one typed error when it closes", async () => {
      const limiter = await fresh();
      const slow = bucket(0.01, 1);
      await limiter.tryAcquire(slow);
      const waiting = Array.from({ length: 20 }, () => limiter.acquire(slow, { timeoutMs: 3_600_000 }));
      await new Promise((resolve) => setTimeout(resolve, 10));
      const settled = Promise.allSettled(waiting);
      await limiter.close();
      for (const result of await settled)
        expect(result).toMatchObject({ status: "rejected", reason: { code: "LIMITER_CLOSED" } });
      await expect(limiter.tryAcquire(slow)).rejects.toMatchObject({ code: "LIMITER_CLOSED" });
    });
  });
}
