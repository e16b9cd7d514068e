import { describe, expect, it } from "vitest";
import { KnownPauses } from "./known-pauses.js";

describe("the pauses that a process has heard of", () => {
  it("end when they were said to, and a later end replaces an earlier one alone", () => {
    const pauses = new KnownPauses();
    pauses.add(["a", "b"], 1000, 0);
    expect([pauses.leftMs("a", 0), pauses.leftMs("b", 400), pauses.leftMs("c", 0)]).toEqual([1000, 600, 0]);
    pauses.add(["a"], 500, 100);
    expect(pauses.leftMs("a", 100)).toBe(900);
    pauses.add(["a"], 2000, 100);
    expect(pauses.leftMs("a", 100)).toBe(1900);
    expect([pauses.leftMs("b", 1000), pauses.leftMs("b", 5000)]).toEqual([0, 0]);
    pauses.add(["late"], 5000, 6000);
    expect(pauses.leftMs("late", 4000)).toBe(0);
  });

  it("are remembered for ten thousand buckets; what is over makes room for what is new", () => {
    const pauses = new KnownPauses();
    const named = (n: number): string => `b${n}`;
    pauses.add(
      Array.from({ length: 10_000 }, (_, n) => named(n)),
      1000,
      0,
    );
    pauses.add(["one too many"], 1000, 999);
    expect(pauses.leftMs("one too many", 999)).toBe(0);
    expect(pauses.leftMs(named(9999), 999)).toBe(1);
    pauses.add(["in time"], 3000, 1000);
    expect(pauses.leftMs("in time", 1000)).toBe(2000);
    pauses.add(["and another"], 2500, 1000);
    expect(pauses.leftMs("and another", 1000)).toBe(1500);
  });
});
