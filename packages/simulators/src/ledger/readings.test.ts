import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LedgerEntry } from "./entry.js";
import { countEntries, maxInWindow, throttledEntries } from "./readings.js";

function entry(atMs: number, rest: Partial<LedgerEntry> = {}): LedgerEntry {
  return { atMs, wallMs: atMs, method: "users.list", status: 200, accepted: true, bytes: 0, ...rest };
}

describe("countEntries", () => {
  const entries = [entry(0), entry(1, { method: "auth.test" }), entry(2, { status: 429, accepted: false })];

  it("counts everything without a filter", () => {
    expect(countEntries(entries)).toBe(3);
  });

  it("counts what agrees with every field of the filter", () => {
    expect(countEntries(entries, { method: "users.list" })).toBe(2);
    expect(countEntries(entries, { method: "users.list", status: 429 })).toBe(1);
    expect(countEntries(entries, { method: "auth.test", status: 429 })).toBe(0);
  });
});

describe("throttledEntries", () => {
  it("gives the entries answered with 429", () => {
    const refused = entry(1, { status: 429, accepted: false });
    expect(throttledEntries([entry(0), refused, entry(2, { status: 500 })])).toEqual([refused]);
  });
});

describe("maxInWindow", () => {
  it("finds the fullest window wherever it starts", () => {
    const entries = [0, 30, 90, 100, 110, 300].map((atMs) => entry(atMs));
    expect(maxInWindow(entries, "users.list", 50)).toBe(3);
  });

  it("does not put requests exactly one window apart together", () => {
    expect(maxInWindow([entry(0), entry(100)], "users.list", 100)).toBe(1);
    expect(maxInWindow([entry(0), entry(99)], "users.list", 100)).toBe(2);
  });

  it("leaves out refused requests and other methods", () => {
    const entries = [entry(0), entry(1, { accepted: false }), entry(2, { method: "auth.test" })];
    expect(maxInWindow(entries, "users.list", 100)).toBe(1);
  });

  it("can be narrowed to one channel", () => {
    const entries = [entry(0, { channel: "C1" }), entry(1, { channel: "C2" }), entry(2, { channel: "C1" })];
    expect(maxInWindow(entries, "users.list", 100, { channel: "C1" })).toBe(2);
  });

  it("is zero for no entries", () => {
    expect(maxInWindow([], "users.list", 100)).toBe(0);
  });

  it("agrees with counting from each arrival on", () => {
    const arrivals = fc.array(fc.nat(500), { maxLength: 40 }).map((times) => times.toSorted((a, b) => a - b));
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 200 }), (times, windowMs) => {
        const counted = times.map((from) => times.filter((atMs) => atMs >= from && atMs < from + windowMs).length);
        const entries = times.map((atMs) => entry(atMs));
        expect(maxInWindow(entries, "users.list", windowMs)).toBe(Math.max(0, ...counted));
      }),
    );
  });
});
