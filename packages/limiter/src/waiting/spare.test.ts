import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { Spare } from "./spare.js";
import type { Unit, Waiter } from "./waiter.js";

const unit = (dueMs: number, number = 0): Unit => ({
  atUs: dueMs * 1000,
  dueMs,
  askedMs: 0,
  remaining: 0,
  id: "q",
  unit: number,
});
const waiter = (deadlineMs = 60_000): Waiter => ({
  priority: 0,
  sinceMs: 0,
  deadlineMs,
  grant: () => {},
  refuse: () => {},
});

/** A spare for a caller who has come back at once so often; and what it gave back. */
function cameAgain(times: number) {
  const clock = createFakeClock();
  const returned: Unit[] = [];
  const spare = new Spare(clock, (back) => returned.push(back));
  for (let n = 0; n < times; n += 1) {
    spare.granted(clock.now());
    spare.take(waiter());
  }
  return { clock, spare, returned };
}

describe("a unit booked ahead", () => {
  it("is wanted for a caller who came back twice in a row, and not before", () => {
    expect([0, 1, 2, 3].map((times) => cameAgain(times).spare.wanted)).toEqual([0, 0, 1, 1]);
  });

  it("is not wanted for one who stays away for more than 100 ms", async () => {
    const { clock, spare } = cameAgain(1);
    spare.granted(clock.now());
    await clock.advance(100);
    spare.take(waiter());
    expect(spare.wanted).toBe(1);
    spare.granted(clock.now());
    await clock.advance(101);
    spare.take(waiter());
    expect(spare.wanted).toBe(0);
  });

  it("is the first of those that nobody waits for, and only one", () => {
    const { spare } = cameAgain(2);
    const surplus = [unit(10, 0), unit(20, 1)];
    expect(spare.empty).toBe(true);
    spare.keep(surplus);
    expect(surplus).toEqual([unit(20, 1)]);
    expect([spare.empty, spare.wanted]).toEqual([false, 0]);
    spare.keep(surplus);
    expect(surplus).toEqual([unit(20, 1)]);
  });

  it("is not kept for a caller nobody believes in, nor made of nothing", () => {
    const unknown = cameAgain(1);
    const surplus = [unit(10)];
    unknown.spare.keep(surplus);
    expect([surplus.length, unknown.spare.empty]).toEqual([1, true]);
    const { clock, spare } = cameAgain(2);
    spare.keep([]);
    expect([spare.empty, clock.pending]).toEqual([true, 0]);
  });

  it("goes to the next who comes, once", () => {
    const { clock, spare, returned } = cameAgain(2);
    spare.keep([unit(10)]);
    expect(spare.take(waiter())).toEqual(unit(10));
    expect([spare.empty, clock.pending]).toEqual([true, 0]);
    expect(spare.take(waiter())).toBeUndefined();
    expect(returned).toEqual([]);
  });

  it("stays for another when it is due after this one's deadline", () => {
    const { spare } = cameAgain(2);
    spare.keep([unit(10)]);
    expect(spare.take(waiter(9))).toBeUndefined();
    expect(spare.empty).toBe(false);
    expect(spare.take(waiter(10))).toEqual(unit(10));
  });

  it("goes back 25 ms after it is due, and the caller has to be believed anew", async () => {
    const { clock, spare, returned } = cameAgain(2);
    spare.keep([unit(10)]);
    await clock.advance(34);
    expect(returned).toEqual([]);
    await clock.advance(1);
    expect(returned).toEqual([unit(10)]);
    expect([spare.empty, spare.wanted]).toEqual([true, 0]);
  });

  it("goes back 25 ms from now when it was due before", async () => {
    const { clock, spare, returned } = cameAgain(2);
    await clock.advance(50);
    spare.keep([unit(10)]);
    await clock.advance(24);
    expect(returned).toEqual([]);
    await clock.advance(1);
    expect(returned).toEqual([unit(10)]);
  });

  it("goes back at once when nobody may have it, and only if there is one", () => {
    const { clock, spare, returned } = cameAgain(2);
    spare.keep([unit(10)]);
    spare.drop();
    spare.drop();
    expect(returned).toEqual([unit(10)]);
    expect(clock.pending).toBe(0);
  });
});
