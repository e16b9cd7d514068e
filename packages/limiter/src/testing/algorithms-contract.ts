import { afterEach, describe, expect, it } from "vitest";
import { createLimiter } from "../limiter/create-limiter.js";
import type { Limiter } from "../limiter/limiter.js";
import type { Charge } from "../limits/charge.js";
import { concurrency } from "../limits/concurrency.js";
import { leakyBucket } from "../limits/leaky-bucket.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { fixedWindow, slidingWindow, slidingWindowCounter } from "../limits/windows.js";
import type { StoreUnderTest } from "./limiter-contract.js";
import { shortestOf } from "./rounds.js";

const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * What every store must show for each algorithm, and for all of them together, on a real clock with short times. Call it in a test
 * file of your own.
 */
export function algorithmsContract(name: string, { open, openAgain }: StoreUnderTest): void {
  describe(`${name} knows every algorithm`, () => {
    const closers: (() => Promise<void>)[] = [];
    const limiterOver = async (store: Awaited<ReturnType<typeof open>>): Promise<Limiter> => {
      const limiter = createLimiter({ store, provider: "test", account: "algorithms" });
      closers.push(
        () => limiter.close(),
        () => store.close(),
      );
      return limiter;
    };
    const fresh = async (): Promise<Limiter> => limiterOver(await open());
    const another = async (): Promise<Limiter> => limiterOver(await openAgain());
    afterEach(async () => {
      for (const close of closers.splice(0)) await close();
    });
    const places: Charge = { bucket: "places", limit: concurrency({ max: 2, leaseMs: 60_000 }) };

    it("a leaky bucket lets one go at a time, evenly", async () => {
      const limiter = await fresh();
      const lastMs = await shortestOf(200, async (round) => {
        const charge = { bucket: `spaced ${round}`, limit: leakyBucket({ rate: 50 }) };
        const at: number[] = [];
        await Promise.all(
          Array.from({ length: 8 }, async () => at.push(Math.floor((await limiter.acquire(charge)).atUs / 1000))),
        );
        const gaps = at.slice(1).map((ms, index) => ms - (at[index] as number));
        for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(19);
        return (at.at(-1) as number) - (at[0] as number);
      });
      expect(lastMs).toBeLessThan(200);
    });

    it("a fixed window holds its limit, and the next one follows it", async () => {
      const limiter = await fresh();
      const long = { bucket: "long", limit: fixedWindow({ limit: 3, windowMs: 60_000 }) };
      const answers = [];
      for (let n = 0; n < 4; n += 1) answers.push(await limiter.tryAcquire(long));
      expect(answers.map(({ kind }) => kind)).toEqual(["allowed", "allowed", "allowed", "delayed"]);
      const tookMs = await shortestOf(500, async (round) => {
        const charge = { bucket: `fixed ${round}`, limit: fixedWindow({ limit: 3, windowMs: 300 }) };
        const startedMs = performance.now();
        for (let n = 0; n < 6; n += 1) await limiter.acquire(charge);
        return performance.now() - startedMs;
      });
      expect(tookMs).toBeGreaterThan(290);
      expect(tookMs).toBeLessThan(500);
    });

    it("a sliding window by two counts admits the rest as the window before fades", async () => {
      const limiter = await fresh();
      const tookMs = await shortestOf(750, async (round) => {
        const charge = { bucket: `counter ${round}`, limit: slidingWindowCounter({ limit: 4, windowMs: 400 }) };
        const startedMs = performance.now();
        for (let n = 0; n < 4; n += 1) expect((await limiter.tryAcquire(charge)).kind).toBe("allowed");
        await limiter.acquire(charge);
        return performance.now() - startedMs;
      });
      expect(tookMs).toBeGreaterThan(490);
      expect(tookMs).toBeLessThan(750);
    });

    it("a place is held until it is released, in this process or another", async () => {
      const here = await fresh();
      const there = await another();
      const tookMs = await shortestOf(250, async (round) => {
        const charge = { ...places, bucket: `places ${round}` };
        const first = await here.acquire(charge);
        await there.acquire(charge);
        expect((await here.tryAcquire(charge)).kind).toBe("delayed");
        const startedMs = performance.now();
        const waiting = there.acquire(charge, { timeoutMs: 10_000 });
        await rest(60);
        await first.release();
        await first.release();
        await waiting;
        const waitedMs = performance.now() - startedMs;
        expect((await here.tryAcquire(charge)).kind).toBe("delayed");
        return waitedMs;
      });
      expect(tookMs).toBeGreaterThan(55);
      expect(tookMs).toBeLessThan(250);
    });

    it("a place that nobody releases comes back when its lease ends, unless it is renewed", async () => {
      const limiter = await fresh();
      /** What was answered; nothing where a stall was so long that the lease of the renewed one may have ended too. */
      const round = async (n: number): Promise<readonly unknown[] | undefined> => {
        const charge = { bucket: `places ${n}`, limit: concurrency({ max: 2, leaseMs: 400 }) };
        const keptMs = performance.now();
        const kept = await limiter.acquire(charge);
        const left = await limiter.acquire(charge);
        await rest(250);
        const renewedMs = performance.now();
        const said: unknown[] = [await kept.renew()];
        if (performance.now() - keptMs > 390) return undefined;
        await rest(250);
        for (let asked = 0; asked < 2; asked += 1) said.push((await limiter.tryAcquire(charge)).kind);
        said.push(await left.renew());
        await left.release();
        said.push((await limiter.tryAcquire(charge)).kind);
        return performance.now() - renewedMs > 390 ? undefined : said;
      };
      let answers: readonly unknown[] | undefined;
      for (let n = 0; n < 8 && answers === undefined; n += 1) answers = await round(n);
      expect(answers).toEqual([true, "allowed", "delayed", false, "delayed"]);
    });

    it("a lower maximum revokes nothing, and admits nobody until enough have gone", async () => {
      const limiter = await fresh();
      const of = (max: number): Charge => ({ bucket: "lowered", limit: concurrency({ max, leaseMs: 5000 }) });
      const held = [];
      for (let n = 0; n < 5; n += 1) held.push(await limiter.acquire(of(5)));
      expect((await limiter.tryAcquire(of(2))).kind).toBe("delayed");
      for (const grant of held.slice(0, 3)) await grant.release();
      expect((await limiter.tryAcquire(of(2))).kind).toBe("delayed");
      await held[3]?.release();
      expect((await limiter.tryAcquire(of(2))).kind).toBe("allowed");
    });

    it("releasing places spends the tokens beside them; giving back does not", async () => {
      const limiter = await fresh();
      const tokens = { bucket: "tokens", limit: tokenBucket({ refillRate: 0.001, burst: 5 }) };
      const left = async (): Promise<number> => {
        const decision = await limiter.peek(tokens);
        return decision.kind === "allowed" ? decision.remaining : 0;
      };
      const used = await limiter.acquire([tokens, places]);
      const unused = await limiter.acquire([tokens, places]);
      expect(await left()).toBe(3);
      await used.release();
      expect(await left()).toBe(3);
      await unused.giveBack();
      expect(await left()).toBe(4);
      expect(await limiter.peek(places)).toMatchObject({ remaining: 2 });
    });

    it("an allowed decision carries its grant", async () => {
      const limiter = await fresh();
      const decision = await limiter.tryAcquire([
        places,
        { bucket: "w", limit: slidingWindow({ limit: 1, windowMs: 60_000 }) },
      ]);
      if (decision.kind !== "allowed") throw new Error("not allowed");
      await decision.grant?.giveBack();
      expect(await limiter.peek(places)).toMatchObject({ remaining: 2 });
      expect((await limiter.peek(places)).kind === "allowed").toBe(true);
    });

    it("limits of different kinds under one name count apart, whichever is asked in between", async () => {
      const limiter = await fresh();
      const token: Charge = { bucket: "same", limit: tokenBucket({ refillRate: 0.001, burst: 2 }) };
      const window: Charge = { bucket: "same", limit: slidingWindow({ limit: 5, windowMs: 60_000 }) };
      for (let n = 0; n < 2; n += 1) {
        expect((await limiter.tryAcquire(token)).kind).toBe("allowed");
        expect((await limiter.tryAcquire(window)).kind).toBe("allowed");
      }
      expect((await limiter.tryAcquire(token)).kind).toBe("delayed");
      expect(await limiter.tryAcquire(window)).toMatchObject({ kind: "allowed", remaining: 2 });
      expect((await limiter.tryAcquire(token)).kind).toBe("delayed");
    });

    it.each([
      ["a fixed window", fixedWindow],
      ["a sliding window by two counts", slidingWindowCounter],
      ["an exact sliding window", slidingWindow],
    ])(
      "%s holds what the provider has left until its window ends, in every process, and then its own",
      async (kind, limitOf) => {
        const here = await fresh();
        const there = await another();
        const tookMs = await shortestOf(700, async (round) => {
          const charge = { bucket: `theirs ${kind} ${round}`, limit: limitOf({ limit: 5, windowMs: 60_000 }) };
          const startedMs = performance.now();
          await here.observe(charge, { remaining: 1, remainingForMs: 400 });
          await there.tryAcquire(charge);
          const refused = await here.tryAcquire(charge);
          if (refused.kind === "delayed") expect(refused.retryAfterMs).toBeLessThanOrEqual(400);
          await there.acquire(charge);
          const waitedMs = performance.now() - startedMs;
          // What was booked ahead comes back.
          if (refused.kind === "delayed") await expect.poll(() => here.peek(charge)).toMatchObject({ remaining: 3 });
          return refused.kind === "delayed" ? waitedMs : Number.POSITIVE_INFINITY;
        });
        expect(tookMs).toBeGreaterThan(395);
        expect(tookMs).toBeLessThan(700);
      },
    );

    it("a provider's word never makes a window fuller, whatever end it names", async () => {
      const limiter = await fresh();
      const charge = { bucket: "never fuller", limit: fixedWindow({ limit: 5, windowMs: 60_000 }) };
      for (let n = 0; n < 3; n += 1) await limiter.tryAcquire(charge);
      for (const remainingForMs of [60_000, 1, 0, 60_000]) {
        await limiter.observe(charge, { remaining: 5, remainingForMs });
        expect(await limiter.peek(charge)).toMatchObject({ remaining: 2 });
      }
      await limiter.observe(charge, { remaining: 1, remainingForMs: 60_000 });
      await limiter.observe(charge, { remaining: 5, remainingForMs: 60_000 });
      expect(await limiter.peek(charge)).toMatchObject({ remaining: 1 });
    });

    const long = 600_000;
    it.each([
      ["a token bucket", tokenBucket({ refillRate: 0.01, burst: 5 }), 5],
      ["a leaky bucket", leakyBucket({ rate: 0.01 }), 1],
      ["a sliding window", slidingWindow({ limit: 5, windowMs: long }), 5],
      ["a fixed window", fixedWindow({ limit: 5, windowMs: long }), 5],
      ["a window by two counts", slidingWindowCounter({ limit: 5, windowMs: long }), 5],
      ["places", concurrency({ max: 5, leaseMs: long }), 5],
    ])("%s that got everything back stays full whatever is said of it then", async (kind, limit, full) => {
      const here = await fresh();
      const there = await another();
      const words: readonly ((charge: Charge) => Promise<void>)[] = [
        (charge) => here.observe(charge, { remaining: 4000 }),
        (charge) => there.observe(charge, { remaining: 4000, remainingForMs: long }),
        (charge) => here.observe(charge, { retryAfterMs: 0 }),
      ];
      for (const [number, word] of words.entries()) {
        const charge = { bucket: `${kind} ${number}`, limit, cost: 2 };
        const unused = await here.acquire(charge);
        await unused.giveBack();
        await word(charge);
        for (const limiter of [here, there, here])
          expect(await limiter.peek({ ...charge, cost: 1 })).toMatchObject({ kind: "allowed", remaining: full });
        expect(await here.tryAcquire({ ...charge, cost: 1 })).toMatchObject({ kind: "allowed", remaining: full - 1 });
        expect(await there.peek({ ...charge, cost: 0 })).toMatchObject({ remaining: full - 1 });
      }
    });

    it.each(["tryAcquire", "acquire"] as const)(
      "tokens given back stay so for whoever saw them gone, when others take few and rest: by %s",
      async (way) => {
        const here = await fresh();
        const there = await another();
        const charge = { bucket: "rested", limit: tokenBucket({ refillRate: 10, burst: 20 }) };
        const burst = await here.acquire({ ...charge, cost: 20 });
        await burst.giveBack();
        await there[way](charge);
        // The token is back, and that of nobody else is missing.
        await rest(250);
        expect(await here.peek(charge)).toMatchObject({ kind: "allowed", remaining: 20 });
      },
    );

    it("all of them are taken together, or none", async () => {
      const limiter = await fresh();
      const windowMs = 60_000;
      const all: Charge[] = [
        { bucket: "token", limit: tokenBucket({ refillRate: 0.001, burst: 6 }) },
        { bucket: "leaky", limit: leakyBucket({ rate: 1000 }) },
        { bucket: "sliding", limit: slidingWindow({ limit: 5, windowMs }) },
        { bucket: "fixed", limit: fixedWindow({ limit: 4, windowMs }) },
        { bucket: "counter", limit: slidingWindowCounter({ limit: 3, windowMs }) },
        { bucket: "concurrent", limit: concurrency({ max: 2, leaseMs: 60_000 }) },
      ];
      await limiter.acquire(all);
      await rest(5);
      await limiter.acquire(all);
      await rest(5);
      expect(await limiter.tryAcquire(all)).toMatchObject({ kind: "delayed", bucket: "concurrent" });
      const remaining = [];
      for (const charge of all) {
        const decision = await limiter.peek(charge);
        remaining.push(decision.kind === "allowed" ? decision.remaining : 0);
      }
      expect(remaining).toEqual([4, 1, 3, 2, 1, 0]);
    });
  });
}
