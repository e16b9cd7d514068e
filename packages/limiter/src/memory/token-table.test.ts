import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tokenBucket } from "../limits/token-bucket.js";
import { TokenTable } from "./token-table.js";

const second = 1_000_000;
const limit = tokenBucket({ refillRate: 2, burst: 10 });
const other = tokenBucket({ refillRate: 5, burst: 20 });
const full = limit.burst * 1e6;

function tableOf(...buckets: readonly string[]): TokenTable {
  const table = new TokenTable();
  for (const bucket of buckets) table.add(bucket, limit, full, 0);
  return table;
}

describe("a decision of the table", () => {
  it("takes what is there, and tells what is left and when all is back", () => {
    const table = tableOf("a");
    expect(table.decide("a", limit, 3, 0)).toEqual({ kind: "allowed", remaining: 7, resetAfterMs: 1500 });
    expect(table.look("a")).toEqual({ level: 7e6, atUs: 0, limit });
    expect(table.decide("a", limit, 7, 0)).toEqual({ kind: "allowed", remaining: 0, resetAfterMs: 5000 });
  });

  it("adds what came back meanwhile, to the burst and no further", () => {
    const table = tableOf("a");
    table.decide("a", limit, 10, 0);
    expect(table.decide("a", limit, 1, second)).toEqual({ kind: "allowed", remaining: 1, resetAfterMs: 4500 });
    expect(table.look("a")).toMatchObject({ level: 1e6, atUs: second });
    expect(table.decide("a", limit, 1, 100 * second)).toEqual({ kind: "allowed", remaining: 9, resetAfterMs: 500 });
  });

  it("counts parts of a token that came back, and tells whole ones", () => {
    const table = tableOf("a");
    table.decide("a", limit, 10, 0);
    expect(table.decide("a", limit, 1, 1.2 * second)).toEqual({ kind: "allowed", remaining: 1, resetAfterMs: 4300 });
    expect(table.look("a")?.level).toBe(1.4e6);
  });

  it("is no while too little is there, with when enough will be, and takes nothing", () => {
    const table = tableOf("a");
    table.decide("a", limit, 10, 0);
    expect(table.decide("a", limit, 2, 0)).toEqual({ kind: "delayed", retryAfterMs: 1000, bucket: "a" });
    expect(table.decide("a", limit, 2, 0.75 * second)).toEqual({ kind: "delayed", retryAfterMs: 250, bucket: "a" });
    expect(table.look("a")).toMatchObject({ level: 0, atUs: 0 });
    expect(table.decide("a", limit, 2, second - 1)).toEqual({ kind: "delayed", retryAfterMs: 0.001, bucket: "a" });
    expect(table.decide("a", limit, 2, second)?.kind).toBe("allowed");
  });

  it("takes back nothing where the clock has gone back", () => {
    const table = tableOf("a");
    table.decide("a", limit, 4, 10 * second);
    expect(table.decide("a", limit, 1, 9 * second)).toMatchObject({ kind: "allowed", remaining: 5 });
    expect(table.decide("a", limit, 6, 8 * second)).toEqual({ kind: "delayed", retryAfterMs: 500, bucket: "a" });
  });

  it("is not made here of a bucket that is not here, or is here under other numbers", () => {
    const table = tableOf("a");
    expect(table.decide("b", limit, 1, 0)).toBeUndefined();
    expect(table.decide("a", other, 1, 0)).toBeUndefined();
    expect(table.decide("a", limit, 1, 0)).toMatchObject({ remaining: 9 });
    expect(table.decide("a", tokenBucket({ refillRate: 2, burst: 10 }), 1, 0)).toMatchObject({ remaining: 8 });
    table.add("b", other, 20e6, 0);
    expect(table.decide("b", other, 1, 0)).toMatchObject({ remaining: 19 });
    expect(table.decide("b", limit, 1, 0)).toBeUndefined();
    expect(table.decide("a", limit, 1, 0)).toMatchObject({ remaining: 7 });
  });
});

describe("what the table holds", () => {
  it("is found by name until it is removed", () => {
    const table = tableOf("a", "b");
    expect([table.size, table.has("a"), table.has("c"), table.look("c")]).toEqual([2, true, false, undefined]);
    table.remove("a");
    table.remove("c");
    expect([table.size, table.has("a"), table.has("b")]).toEqual([1, false, true]);
    table.clear();
    expect([table.size, table.has("b")]).toEqual([0, false]);
  });

  it("is one bucket a name, as it was put in last", () => {
    const table = tableOf("a");
    table.add("a", other, 5e6, 7);
    expect([table.size, table.look("a")]).toEqual([1, { level: 5e6, atUs: 7, limit: other }]);
  });

  it("is what was put in, whatever else comes and goes, also when it grows and is emptied", () => {
    const step = fc.record({
      what: fc.constantFrom("add", "add", "add", "remove", "clear"),
      from: fc.nat(120),
      count: fc.integer({ min: 1, max: 80 }),
      level: fc.nat(1e6),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const table = new TokenTable();
        const held = new Map<string, { level: number; atUs: number; limit: typeof limit }>();
        for (const { what, from, count, level } of steps) {
          if (what === "clear") {
            table.clear();
            held.clear();
            continue;
          }
          for (let n = from; n < from + count; n += 1) {
            const sight = { level: level + n, atUs: level - n, limit: n % 2 === 0 ? limit : other };
            if (what === "add") {
              table.add(`b${n}`, sight.limit, sight.level, sight.atUs);
              held.set(`b${n}`, sight);
            } else {
              table.remove(`b${n}`);
              held.delete(`b${n}`);
            }
          }
          expect(table.size).toBe(held.size);
        }
        for (let n = 0; n < 200; n += 1) expect(table.look(`b${n}`)).toEqual(held.get(`b${n}`));
      }),
      { numRuns: 50 },
    );
  });
});

describe("the search for idle buckets", () => {
  it("forgets those that are full, and tells when the first of the others will be", () => {
    const table = tableOf("idle", "busy", "busier");
    table.decide("busy", limit, 2, 0);
    table.decide("busier", limit, 4, 0);
    expect(table.sweepAll(0)).toBe(second);
    expect(["idle", "busy", "busier"].map((name) => table.has(name))).toEqual([false, true, true]);
    expect(table.sweepAll(second - 1)).toBe(second);
    expect(table.sweepAll(second)).toBe(2 * second);
    expect(table.sweepAll(2 * second)).toBe(Number.POSITIVE_INFINITY);
    expect(table.size).toBe(0);
  });

  it("looks at so many at a time, then begins anew, once a second", () => {
    const table = tableOf("a", "b", "c", "d", "e");
    expect(table.sweepDue(-1e9)).toBe(true);
    table.sweep(2, 0);
    expect([table.size, table.sweepDue(0)]).toEqual([3, true]);
    table.sweep(2, 0);
    expect([table.size, table.sweepDue(0)]).toEqual([1, true]);
    table.sweep(2, 5);
    expect([table.size, table.sweepDue(second + 4), table.sweepDue(second + 5)]).toEqual([0, false, true]);
  });

  it("begins with the first again after a whole round", () => {
    const table = tableOf("a", "b", "c");
    for (const name of ["a", "b", "c"]) table.decide(name, limit, 2, 0);
    table.sweep(10, 0);
    table.sweep(1, 5 * second);
    expect(["a", "b", "c"].map((name) => table.has(name))).toEqual([false, true, true]);
  });

  it("looks at all from the beginning, wherever the last search stood", () => {
    const table = tableOf("a", "b", "c");
    for (const name of ["a", "b", "c"]) table.decide(name, limit, 2, 0);
    table.sweep(2, 0);
    expect(table.sweepAll(second)).toBe(Number.POSITIVE_INFINITY);
    expect(table.size).toBe(0);
  });
});
