import { describe, expect, it } from "vitest";
import type { Charge } from "../limits/charge.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { slidingWindow } from "../limits/windows.js";
import { checkOnce, resolveCharges } from "./resolve-charges.js";

const limit = tokenBucket({ refillRate: 1, burst: 5 });
const charge = (bucket: string, cost?: number): Charge => ({ bucket, limit, ...(cost !== undefined && { cost }) });

describe("charges", () => {
  it("cost one token unless told, alone or in a list", () => {
    const resolved = { taking: [{ bucket: "a", limit, cost: 1 }], looking: [], impossible: undefined };
    expect(resolveCharges(charge("a"))).toEqual(resolved);
    expect(resolveCharges([charge("a")])).toEqual(resolved);
  });

  it("of one bucket are added up, in the order in which buckets are named", () => {
    expect(resolveCharges([charge("a", 2), charge("b"), charge("a", 3)])).toEqual({
      taking: [
        { bucket: "a", limit, cost: 5 },
        { bucket: "b", limit, cost: 1 },
      ],
      looking: [],
      impossible: undefined,
    });
  });

  it("of one name but another kind count apart", () => {
    const window = slidingWindow({ limit: 9, windowMs: 1000 });
    const { taking } = resolveCharges([charge("a"), { bucket: "a", limit: window }]);
    expect(taking.map((one) => one.limit)).toEqual([limit, window]);
  });

  it("of one bucket with other numbers are a mistake", () => {
    const other = tokenBucket({ refillRate: 1, burst: 6 });
    expect(() => resolveCharges([charge("a"), { bucket: "a", limit: other }])).toThrow(
      expect.objectContaining({ option: "limit of bucket a" }),
    );
    expect(resolveCharges([charge("a"), { bucket: "a", limit: { ...limit } }]).taking).toHaveLength(1);
  });

  it("of cost 0 are looks at a whole token", () => {
    expect(resolveCharges(charge("a", 0))).toEqual({
      taking: [],
      looking: [{ bucket: "a", limit, cost: 1 }],
      impossible: undefined,
    });
    expect(resolveCharges([charge("a", 0), charge("b", 2)])).toEqual({
      taking: [{ bucket: "b", limit, cost: 2 }],
      looking: [{ bucket: "a", limit, cost: 1 }],
      impossible: undefined,
    });
  });

  it("that no waiting can satisfy are named, the first of them, also where only the sum is too much", () => {
    expect(resolveCharges(charge("a", 5)).impossible).toBeUndefined();
    expect(resolveCharges(charge("a", 6)).impossible).toMatchObject({ bucket: "a", cost: 6 });
    const several = [charge("a", 5), charge("b", 3), charge("c", 9), charge("b", 3)];
    expect(resolveCharges(several).impossible).toMatchObject({ bucket: "b", cost: 6 });
  });

  it("may be none, and 64 at the most", () => {
    expect(resolveCharges([])).toEqual({ taking: [], looking: [], impossible: undefined });
    const many = (count: number): Charge[] => Array.from({ length: count }, (_, index) => charge(`b${index}`));
    expect(resolveCharges(many(64)).taking).toHaveLength(64);
    expect(() => resolveCharges(many(65))).toThrow(expect.objectContaining({ option: "charges" }));
  });
});

describe("a bad charge", () => {
  it.each<[option: string, charge: unknown]>([
    ["charge", null],
    ["charge", 5],
    ["charge", "b"],
    ["bucket", { bucket: "", limit }],
    ["bucket", { bucket: 7, limit }],
    ["limit", { bucket: "b" }],
    ["limit", { bucket: "b", limit: null }],
    ["limit", { bucket: "b", limit: "tokenBucket" }],
    ["cost", { bucket: "b", limit, cost: -1 }],
  ])("is refused by the name of its %s: %j", (option, bad) => {
    for (const charges of [bad, [bad], [charge("a"), bad]] as Charge[])
      expect(() => resolveCharges(charges)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID", option }));
  });
});

describe("a limit that was checked", () => {
  it("is itself when it is complete and cannot change, at the second look too", () => {
    expect(checkOnce(limit)).toBe(limit);
    expect(checkOnce(limit)).toBe(limit);
  });

  it("is a copy that nobody can change when it could, each time checked anew", () => {
    const loose = { ...limit };
    expect(checkOnce(loose)).not.toBe(loose);
    expect(checkOnce(loose)).toEqual(limit);
    expect(Object.isFrozen(checkOnce(loose))).toBe(true);
    Object.assign(loose, { burst: -1 });
    expect(() => checkOnce(loose)).toThrow(expect.objectContaining({ option: "burst" }));
  });

  it("is a copy with all its numbers when some were left out", () => {
    const short = Object.freeze({ kind: "tokenBucket", refillRate: 3 }) as unknown as typeof limit;
    expect(checkOnce(short)).toMatchObject({ refillRate: 3, burst: 3 });
  });
});
