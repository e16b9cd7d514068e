import { afterEach, describe, expect, it } from "vitest";
import type { Limit } from "../limits/limit.js";
import { leakyBucket } from "../limits/leaky-bucket.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { fixedWindow, slidingWindow, slidingWindowCounter } from "../limits/windows.js";
import type { StandingCharge, StandingRules } from "../standing/standing.js";
import type { Store, TakeReply } from "../store/store.js";
import type { StoreUnderTest } from "./limiter-contract.js";

const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const rules: StandingRules = {
  steps: [
    { violations: 2, rate: 0.5 },
    { violations: 4, rate: 0.1 },
  ],
  // So long that next to nothing is forgiven within a test.
  recoveryMs: 3_600_000,
  maxBonus: 0,
  generation: "1",
};
const slow: Readonly<Record<string, Limit>> = {
  "a token bucket": tokenBucket({ refillRate: 0.01, burst: 40 }),
  "a sliding window": slidingWindow({ limit: 40, windowMs: 60_000 }),
  "a fixed window": fixedWindow({ limit: 40, windowMs: 60_000 }),
  "a sliding window by two counts": slidingWindowCounter({ limit: 40, windowMs: 60_000 }),
};

/** What every store that keeps standings must show. Call it in a test file of your own. */
export function standingContract(name: string, { open, openAgain }: StoreUnderTest): void {
  describe(`${name} keeps standings`, () => {
    const stores: Store[] = [];
    const opened = async (from: StoreUnderTest["open"]): Promise<Store> => {
      const store = await from();
      stores.push(store);
      return store;
    };
    afterEach(async () => {
      for (const store of stores.splice(0)) await store.close();
    });
    let question = 0;
    const ask = async (
      store: Store,
      bucket: string,
      limit: Limit,
      how: Partial<StandingCharge> & { own?: StandingRules; penalty?: number; cost?: number; peek?: boolean } = {},
    ): Promise<TakeReply> => {
      question += 1;
      const { own = rules, penalty = 1, cost = 1, peek = false, burst = 0, elastic = false } = how;
      return store.take({
        scope: "standing",
        charges: [{ bucket, limit, cost }],
        count: 1,
        ahead: 0,
        group: 1,
        withinMs: 0,
        id: `s${question}`,
        peek,
        standings: [{ subject: "alice", rules: own, penalty, charges: [{ index: 0, burst, elastic }] }],
      });
    };
    /** How many are let through before the first refusal. */
    const letThrough = async (store: Store, bucket: string, limit: Limit, how?: Parameters<typeof ask>[3]) => {
      for (let count = 0; ; count += 1) {
        const { slots } = await ask(store, bucket, limit, { penalty: 0, ...how });
        if (slots.length === 0) return count;
      }
    };
    const violate = async (store: Store, times: number): Promise<TakeReply> => {
      const full = tokenBucket({ refillRate: 0.001, burst: 1 });
      // The bucket is emptied first, and is never refilled within a test.
      await ask(store, "full", full, { penalty: 0 });
      let reply = await ask(store, "full", full);
      for (let n = 1; n < times; n += 1) reply = await ask(store, "full", full);
      return reply;
    };

    it.each(Object.entries(slow))("%s is smaller for who was refused too often", async (kind, limit) => {
      const store = await opened(open);
      expect(await letThrough(store, kind, limit)).toBe(40);
      expect((await violate(store, 2)).standings?.[0]).toMatchObject({ bonus: 0 });
      expect(await letThrough(store, `${kind} at half`, limit)).toBe(20);
      await violate(store, 2);
      expect(await letThrough(store, `${kind} at a tenth`, limit)).toBe(4);
    });

    it("a leaky bucket is slower for who was refused too often", async () => {
      const store = await opened(open);
      await violate(store, 2);
      const limit = leakyBucket({ rate: 0.01 });
      await ask(store, "drip", limit, { penalty: 0 });
      const { nextUs, nowUs } = await ask(store, "drip", limit, { penalty: 0 });
      expect((nextUs - nowUs) / 1000).toBeGreaterThan(120_000);
      expect((nextUs - nowUs) / 1000).toBeLessThanOrEqual(200_000);
    });

    it("the answer that makes a violation says how one stands then; every process sees it; a look changes nothing", async () => {
      const [store, other] = [await opened(open), await opened(openAgain)];
      const { standings } = await violate(store, 3);
      expect(standings?.[0]?.violations).toBeCloseTo(3, 1);
      const [seen] = (await other.standings?.("standing", ["alice"], rules)) ?? [];
      expect(seen?.violations).toBeCloseTo(3, 1);
      expect(seen?.rate).toBe(0.5);
      const full = tokenBucket({ refillRate: 0.001, burst: 1 });
      for (let n = 0; n < 3; n += 1) await ask(other, "full", full, { peek: true });
      const [still] = (await other.standings?.("standing", ["alice", "bob"], rules)) ?? [];
      expect(still?.violations).toBeCloseTo(3, 1);
      expect(await other.standings?.("standing", ["bob"], rules)).toEqual([{ violations: 0, bonus: 0, rate: 1 }]);
    });

    it("a refusal by what somebody else has used up is no violation, and the answer names the bucket with the fewest left", async () => {
      const store = await opened(open);
      const [shared, own] = [tokenBucket({ refillRate: 0.001, burst: 2 }), tokenBucket({ refillRate: 1, burst: 30 })];
      const both = () => {
        question += 1;
        return store.take({
          scope: "standing",
          charges: [
            { bucket: "own", limit: own, cost: 1 },
            { bucket: "shared", limit: shared, cost: 1 },
          ],
          count: 1,
          ahead: 0,
          group: 1,
          withinMs: 0,
          id: `b${question}`,
          peek: false,
          standings: [{ subject: "bob", rules, penalty: 1, charges: [{ index: 0, burst: 0, elastic: false }] }],
        });
      };
      expect(await both()).toMatchObject({ remaining: 1, least: 1 });
      await both();
      const refused = await both();
      expect(refused.slots).toEqual([]);
      expect(refused.standings?.[0]?.violations).toBe(0);
    });

    it("all is forgiven evenly over the time of recovery", async () => {
      const store = await opened(open);
      const own = { ...rules, recoveryMs: 400 };
      const full = tokenBucket({ refillRate: 0.001, burst: 1 });
      await ask(store, "full", full, { own, penalty: 0 });
      await ask(store, "full", full, { own, penalty: 4 });
      await rest(250);
      const [later] = (await store.standings?.("standing", ["alice"], own)) ?? [];
      expect(later?.violations).toBeLessThan(2);
      await rest(250);
      expect(await store.standings?.("standing", ["alice"], own)).toEqual([{ violations: 0, bonus: 0, rate: 1 }]);
    });

    it("good conduct earns a bonus, and no more than the most", async () => {
      const store = await opened(open);
      const own = { ...rules, recoveryMs: 300, maxBonus: 0.5 };
      const limit = slow["a fixed window"] as Limit;
      const round = async (n: number): Promise<{ seen: unknown; through: number; tookMs: number }> => {
        const startedMs = performance.now();
        for (let asked = 0; asked < 5; asked += 1) {
          await ask(store, `good ${n}`, limit, { own });
          await rest(90);
        }
        const [seen] = (await store.standings?.("standing", ["alice"], own)) ?? [];
        const through = await letThrough(store, `with the bonus ${n}`, limit, { own });
        return { seen, through, tookMs: performance.now() - startedMs };
      };
      // Who is not heard of for the time of a recovery is somebody new: a stall of 300 ms takes the bonus away.
      let earned = await round(0);
      for (let n = 1; n < 5 && earned.through < 60 && earned.tookMs > 650; n += 1) earned = await round(n);
      expect(earned).toMatchObject({ seen: { violations: 0, bonus: 0.5, rate: 1.5 }, through: 60 });
    });

    it("a burst shrinks with the rest, or is there only in good standing", async () => {
      const store = await opened(open);
      const limit = tokenBucket({ refillRate: 0.01, burst: 40 });
      expect(await letThrough(store, "elastic, good", limit, { burst: 20, elastic: true })).toBe(40);
      await violate(store, 2);
      expect(await letThrough(store, "elastic", limit, { burst: 20, elastic: true })).toBe(10);
      expect(await letThrough(store, "shrunk", limit, { burst: 20 })).toBe(20);
    });

    it("what is dear stays possible, however low one has sunk", async () => {
      const store = await opened(open);
      await violate(store, 5);
      const limit = tokenBucket({ refillRate: 1, burst: 20 });
      expect((await ask(store, "dear", limit, { cost: 20 })).slots).toHaveLength(1);
    });

    it("one is forgiven by name, all by another generation", async () => {
      const store = await opened(open);
      await violate(store, 5);
      await store.forgive?.("standing", ["alice"]);
      expect(await store.standings?.("standing", ["alice"], rules)).toEqual([{ violations: 0, bonus: 0, rate: 1 }]);
      await violate(store, 5);
      const own = { ...rules, generation: "2" };
      expect(await store.standings?.("standing", ["alice"], own)).toEqual([{ violations: 0, bonus: 0, rate: 1 }]);
    });
  });
}
