import { describe, expect, it, vi } from "vitest";
import type { LedgerEntry } from "./entry.js";
import { createLedger } from "./ledger.js";

function entry(atMs: number, status = 200): LedgerEntry {
  return { atMs, wallMs: atMs, method: "users.list", status, accepted: status === 200, bytes: 0 };
}

describe("a ledger", () => {
  it("keeps entries in the order they were recorded", () => {
    const ledger = createLedger();
    for (const atMs of [1, 2, 3]) ledger.record(entry(atMs));
    expect(ledger.entries().map(({ atMs }) => atMs)).toEqual([1, 2, 3]);
  });

  it("counts, lists refusals and finds the fullest window of what it holds", () => {
    const ledger = createLedger();
    for (const made of [entry(0), entry(10), entry(20, 429)]) ledger.record(made);
    expect(ledger.count({ status: 200 })).toBe(2);
    expect(ledger.throttled()).toEqual([entry(20, 429)]);
    expect(ledger.maxInWindow("users.list", 100)).toBe(2);
  });

  it("keeps a million entries unless told otherwise", () => {
    expect(createLedger().capacity).toBe(1_000_000);
  });

  it("lets the oldest entries go when full, counts them and says so once", () => {
    const onFull = vi.fn<(message: string) => void>();
    const ledger = createLedger({ capacity: 3, onFull });
    for (const atMs of [1, 2, 3]) ledger.record(entry(atMs));
    expect(onFull).not.toHaveBeenCalled();
    for (const atMs of [4, 5, 6, 7]) ledger.record(entry(atMs));
    expect(ledger.entries().map(({ atMs }) => atMs)).toEqual([5, 6, 7]);
    expect(ledger.dropped()).toBe(4);
    expect(onFull.mock.calls).toEqual([["the ledger holds 3 entries and now drops the oldest ones"]]);
  });

  it("says so in a process warning unless told otherwise", () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const ledger = createLedger({ capacity: 1 });
    for (const atMs of [1, 2, 3]) ledger.record(entry(atMs));
    expect(warn.mock.calls).toEqual([["the ledger holds 1 entries and now drops the oldest ones", "SimulatorWarning"]]);
    warn.mockRestore();
  });

  it("forgets everything when cleared", () => {
    const ledger = createLedger({ capacity: 1, onFull: () => undefined });
    for (const atMs of [1, 2]) ledger.record(entry(atMs));
    ledger.clear();
    expect(ledger.entries()).toEqual([]);
    expect(ledger.dropped()).toBe(0);
    ledger.record(entry(3));
    expect(ledger.count()).toBe(1);
  });

  it("refuses a capacity below one", () => {
    expect(() => createLedger({ capacity: 0 })).toThrow("ledgerCapacity must be a whole number >= 1, got 0");
  });
});
