import { describe, expect, it } from "vitest";
import type { Limit } from "../limits/limit.js";
import { concurrency } from "../limits/concurrency.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { slidingWindow } from "../limits/windows.js";
import { memoryStore } from "../memory/memory-store.js";
import type { GiveBackRequest, Store, StoreCharge } from "../store/store.js";
import { freeGrant, UnitGrant } from "./grant.js";

const charge = (bucket: string, limit: Limit): StoreCharge => ({ bucket, limit, cost: 2 });
const tokens = charge("tokens", tokenBucket({ refillRate: 1, burst: 5 }));
const window = charge("window", slidingWindow({ limit: 5, windowMs: 1000 }));
const places = charge("places", concurrency({ max: 5, leaseMs: 1000 }));

/** A grant over a store that writes down what it is asked. */
function granted(charges: readonly StoreCharge[], renewal: Partial<Pick<Store, "renew">> = {}) {
  const asked: [method: string, buckets: string[]][] = [];
  const requests: GiveBackRequest[] = [];
  const note = (method: string) => async (request: GiveBackRequest) => {
    requests.push(request);
    asked.push([method, request.charges.map(({ bucket }) => bucket)]);
  };
  const freed: string[][] = [];
  const store: Store = { ...memoryStore(), giveBack: note("giveBack"), landed: note("landed"), ...renewal };
  const grant = new UnitGrant(
    { store, scope: "p:a", freed: (given) => freed.push(given.map(({ bucket }) => bucket)) },
    charges,
    { id: "q", unit: 3, atUs: 7, askedMs: 0, remaining: 4 },
    12,
  );
  return { grant, asked, freed, requests };
}

describe("a grant", () => {
  it("says how long it was waited for, when it was debited and what was left", () => {
    expect(granted([tokens]).grant).toMatchObject({ waitedMs: 12, atUs: 7, remaining: 4 });
  });

  it("is given back whole, once, and those who wait for it hear of that", async () => {
    const { grant, asked, freed, requests } = granted([tokens, places]);
    await Promise.all([grant.giveBack(), grant.giveBack()]);
    await grant.release();
    expect(asked).toEqual([["giveBack", ["tokens", "places"]]]);
    expect(freed).toEqual([["tokens", "places"]]);
    expect(requests).toEqual([{ scope: "p:a", charges: [tokens, places], id: "q", units: [{ atUs: 7, unit: 3 }] }]);
  });

  it("is given back in part, each part once", async () => {
    const { grant, asked } = granted([tokens, window, places]);
    await grant.giveBack(["window", "stranger"]);
    await grant.giveBack(["window"]);
    await grant.giveBack([]);
    await grant.giveBack();
    expect(asked).toEqual([
      ["giveBack", ["window"]],
      ["giveBack", ["tokens", "places"]],
    ]);
  });

  it("frees its places when released, once, and keeps its tokens spent", async () => {
    const { grant, asked, freed } = granted([tokens, places]);
    await Promise.all([grant.release(), grant.release()]);
    expect([asked, freed]).toEqual([[["giveBack", ["places"]]], [["places"]]]);
    await grant.giveBack();
    expect(asked.at(-1)).toEqual(["giveBack", ["tokens"]]);
  });

  it("has nothing to release without places", async () => {
    const { grant, asked, freed } = granted([tokens]);
    await grant.release();
    expect([asked, freed]).toEqual([[], []]);
  });

  it("lands in the windows that it still holds, and nowhere else", async () => {
    const { grant, asked } = granted([tokens, window, places]);
    await grant.landed();
    expect(asked).toEqual([["landed", ["window"]]]);
    await grant.giveBack(["window"]);
    await grant.landed();
    expect(asked).toHaveLength(2);
  });

  it("is renewed for its places, as the store says", async () => {
    for (const held of [true, false]) {
      const renewed: string[][] = [];
      const renew = ({ charges }: GiveBackRequest): boolean => {
        renewed.push(charges.map(({ bucket }) => bucket));
        return held;
      };
      expect(await granted([tokens, places], { renew }).grant.renew()).toBe(held);
      expect(renewed).toEqual([["places"]]);
    }
  });

  it("without places is renewed without asking", async () => {
    const renew = (): never => {
      throw new Error("asked");
    };
    expect(await granted([tokens], { renew }).grant.renew()).toBe(true);
  });

  it("is not renewed once its places are gone, nor by a store that cannot", async () => {
    const { grant } = granted([tokens, places], { renew: () => true });
    await grant.giveBack(["tokens"]);
    expect(await grant.renew()).toBe(true);
    await grant.release();
    expect(await grant.renew()).toBe(false);
    const whole = granted([tokens, places], { renew: () => true }).grant;
    await whole.giveBack();
    expect(await whole.renew()).toBe(false);
    const { renew: _, ...unable } = memoryStore();
    const over = { store: unable, scope: "s", freed: () => {} };
    expect(
      await new UnitGrant(over, [places], { id: "q", unit: 0, atUs: 0, askedMs: 0, remaining: 0 }, 0).renew(),
    ).toBe(false);
  });

  it("of nothing can be used like any other", async () => {
    await freeGrant.giveBack();
    await freeGrant.release();
    await freeGrant.landed();
    expect(await freeGrant.renew()).toBe(true);
    expect(freeGrant).toMatchObject({ waitedMs: 0, atUs: 0, remaining: Number.POSITIVE_INFINITY });
  });
});
