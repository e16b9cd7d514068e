import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BookedUnits } from "./booked-units.js";
import type { Unit, Waiter } from "./waiter.js";

const unit = (dueMs: number): Unit => ({ atUs: dueMs * 1000, dueMs, askedMs: 0, remaining: 0, id: "q", unit: dueMs });
const waiter = (priority = 0): Waiter => ({
  priority,
  sinceMs: 0,
  deadlineMs: 1000,
  grant: () => undefined,
  refuse: () => undefined,
});

function booked(...holders: readonly Waiter[]): BookedUnits {
  const units = new BookedUnits();
  for (const [place, holder] of holders.entries()) units.add(unit((place + 1) * 10), holder);
  return units;
}

describe("booked units", () => {
  const [a, b, c] = [waiter(), waiter(), waiter()];

  it("are nobody's in the beginning", () => {
    const none = booked();
    expect([none.size, none.first, none.last, none.takeDue(1e9)]).toEqual([0, undefined, undefined, []]);
    expect(none.clear()).toEqual({ units: [], holders: [] });
  });

  it("are handed out in order when their time has come, to a last bit of rounding", () => {
    const units = booked(a, b, c);
    expect(units.takeDue(9.999)).toEqual([]);
    const due = units.takeDue(20 - 1e-7);
    expect(due.map((one) => one.unit.dueMs)).toEqual([10, 20]);
    expect([due[0]?.holder === a, due[1]?.holder === b]).toEqual([true, true]);
    expect([units.size, units.first, units.last]).toEqual([1, unit(30), unit(30)]);
  });

  it("let those behind move up when a holder leaves, and free the last", () => {
    const units = booked(a, b, c);
    expect(units.leave(b)).toEqual(unit(30));
    const due = units.takeDue(1000);
    expect(due.map((one) => one.unit.dueMs)).toEqual([10, 20]);
    expect([due[0]?.holder === a, due[1]?.holder === c]).toEqual([true, true]);
  });

  it("are untouched by the leaving of one who holds none", () => {
    const units = booked(a);
    expect(units.leave(b)).toBeUndefined();
    expect([units.size, units.first, units.last]).toEqual([1, unit(10), unit(10)]);
  });

  it("go to a newcomer in front of the first it goes before; the last of those loses its own", () => {
    const [urgent, low, high, lower] = [waiter(5), waiter(1), waiter(9), waiter(0)];
    const units = booked(high, low, lower, waiter(7));
    expect(units.overtake(urgent, (holder) => holder.priority < 5)).toBe(lower);
    expect(units.size).toBe(4);
    expect(units.takeDue(30).map(({ holder }) => holder.priority)).toEqual([9, 5, 1]);
  });

  it("stay as they are for a newcomer that goes before nobody", () => {
    const units = booked(a, b);
    expect(units.overtake(c, () => false)).toBeUndefined();
    expect(units.takeDue(1000).map(({ holder }) => holder === a || holder === b)).toEqual([true, true]);
  });

  it("are all taken out at once", () => {
    const units = booked(a, b);
    const all = units.clear();
    expect(all.units).toEqual([unit(10), unit(20)]);
    expect([all.holders[0] === a, all.holders[1] === b, all.holders.length]).toEqual([true, true, 2]);
    expect([units.size, units.takeDue(1000)]).toEqual([0, []]);
  });

  it("have one holder each, whoever comes, leaves and overtakes", () => {
    const step = fc.record({ what: fc.constantFrom("add", "leave", "overtake", "due"), who: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const units = new BookedUnits();
        let holders: Waiter[] = [];
        let dueMs = 0;
        for (const { what, who } of steps) {
          const newcomer = waiter(who);
          if (what === "add") {
            units.add(unit((dueMs += 10)), newcomer);
            holders.push(newcomer);
          } else if (what === "leave") {
            const gone = holders[who];
            if (gone !== undefined) units.leave(gone);
            holders = holders.filter((one) => one !== gone);
          } else if (what === "overtake") {
            const put = units.overtake(newcomer, (holder) => holder.priority < who);
            if (put !== undefined) holders = [...holders.filter((one) => one !== put), newcomer];
          } else {
            const taken = new Set(units.takeDue((units.first?.dueMs ?? 0) + 10).map(({ holder }) => holder));
            holders = holders.filter((one) => !taken.has(one));
          }
          expect(units.size).toBe(holders.length);
        }
        const left = units.clear();
        expect(new Set(left.holders)).toEqual(new Set(holders));
        expect(left.units.map((one) => one.dueMs)).toEqual(
          left.units.map((one) => one.dueMs).toSorted((x, y) => x - y),
        );
      }),
    );
  });
});
