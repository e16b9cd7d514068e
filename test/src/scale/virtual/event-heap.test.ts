import fc from "fast-check";
import { expect, it } from "vitest";
import { EventHeap } from "./event-heap.js";

it("gives events by time, equals in the order added, and none that was cancelled", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ atMs: fc.nat(20), cancelled: fc.boolean() }), { maxLength: 5000, size: "max" }),
      (wanted) => {
        const heap = new EventHeap();
        const events = wanted.map(({ atMs }) => heap.add(atMs, () => {}, false));
        for (const [index, { cancelled }] of wanted.entries()) if (cancelled) heap.cancel(events[index] ?? fail());
        const kept = events.filter((_, index) => wanted[index]?.cancelled === false);
        expect(heap.size).toBe(kept.length);
        const given = Array.from({ length: kept.length }, () => heap.pop());
        expect(given).toEqual(kept.toSorted((a, b) => a.atMs - b.atMs || a.order - b.order));
        expect([heap.pop(), heap.size]).toEqual([undefined, 0]);
      },
    ),
    { numRuns: 30 },
  );
});

it("counts a second cancellation, or one of what has happened, for nothing", () => {
  const heap = new EventHeap();
  const [first, second] = [heap.add(1, () => {}, false), heap.add(2, () => {}, false)];
  heap.cancel(second);
  heap.cancel(second);
  expect([heap.size, heap.pop()]).toEqual([1, first]);
  heap.cancel(first);
  expect([heap.size, heap.pop()]).toEqual([0, undefined]);
});

function fail(): never {
  throw new Error("no such event");
}
