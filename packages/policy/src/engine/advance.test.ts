import { type TakeReply, tokenBucket } from "@sluice/limiter";
import { expect, it } from "vitest";
import { Advance, KEPT_MS, mostAhead } from "./advance.js";
import type { Question } from "./judge.js";

const wide = questionAbout(1000);
const reply: TakeReply = { nowUs: 5e6, slots: [], nextUs: 5e6, binding: 0, remaining: 900, idleUs: 6e6 };

function questionAbout(refillRate: number, cost = 1): Question {
  const limit = tokenBucket({ refillRate, burst: 1000 });
  return { charges: [{ bucket: "b", limit, cost }], owners: [], standings: [], subjects: [] };
}

/** One who has heard that there is plenty. */
function advanceOf(most: number): Advance {
  const advance = new Advance(most, 1000, 1000);
  advance.heard(reply, 0);
  return advance;
}

/** What would be taken along for somebody who comes at these instants, at the last of them. */
function wantedAfter(...instantsMs: readonly number[]): number {
  const advance = advanceOf(50);
  for (const nowMs of instantsMs) advance.came(nowMs);
  return advance.wanted(instantsMs.at(-1) ?? 0, 1);
}

it("as much is taken along as is used in its time, at most what refills in its own", () => {
  expect(wantedAfter(0, 50)).toBe(20);
  expect(wantedAfter(0, 1)).toBe(50);
  expect(wantedAfter(0, 0)).toBe(50);
});

it("of plenty more is taken along, up to a part of what is there above the half", () => {
  const advance = new Advance(50, 100_000, 1000);
  advance.heard({ ...reply, remaining: 90_000 }, 0);
  for (const nowMs of [0, 0.1, 0.2]) advance.came(nowMs);
  expect(advance.wanted(1, 1)).toBe(1250);
  expect(advance.wanted(1, 10)).toBe(125);
});

it("nothing is taken along for who comes once or seldom, and at once for who comes in trains", () => {
  expect(wantedAfter(0)).toBe(0);
  expect(wantedAfter(0, 500, 1000)).toBe(0);
  expect(wantedAfter(0, 1, 2, 3, 1000)).toBe(50);
  expect(wantedAfter(0, 1, 2, 3, 1000, 2000)).toBe(0);
});

it("nothing is taken along of a bucket that is less than half full, or of which nothing is known", () => {
  const advance = new Advance(50, 1000, 1000);
  advance.came(0);
  advance.came(1);
  expect(advance.wanted(1, 1)).toBe(0);
  advance.heard({ ...reply, remaining: 499 }, 1);
  expect(advance.wanted(1, 1)).toBe(0);
  advance.heard({ ...reply, remaining: 500 }, 1);
  expect(advance.wanted(1, 1)).toBe(50);
});

it("a fleet shares what is taken along, and nobody wants more while he is being answered", () => {
  const advance = advanceOf(50);
  advance.came(0);
  advance.came(1);
  expect(advance.wanted(1, 10)).toBe(5);
  expect(advance.wanted(1, 26)).toBe(0);
  advance.asking();
  expect(advance.wanted(1, 1)).toBe(0);
  advance.failed();
  expect(advance.wanted(1, 1)).toBe(50);
  advance.asking();
  advance.arrived(30, 1, 2);
  expect(advance.wanted(2, 1)).toBe(20);
});

it("tokens are spent for a second from the question on, each once, and say what is left with them", () => {
  const advance = advanceOf(50);
  expect(advance.spend(0)).toBeUndefined();
  advance.arrived(3, 0, 5);
  expect(advance.spend(10)).toMatchObject({ nowUs: 5.01e6, remaining: 902 });
  advance.putBack(0);
  expect(advance.spend(20)).toMatchObject({ remaining: 902 });
  expect(advance.spend(20)).toMatchObject({ remaining: 901 });
  expect(advance.unspent(20)).toBe(1);
  expect(advance.unspent(KEPT_MS)).toBe(0);
  expect(advance.spend(KEPT_MS)).toBeUndefined();
  // What comes after that does not revive it.
  advance.arrived(2, KEPT_MS, KEPT_MS + 1);
  expect(advance.unspent(KEPT_MS + 1)).toBe(2);
});

it("a token that comes back late is worth what has not refilled since", () => {
  const advance = advanceOf(50);
  advance.arrived(5, 0, 0);
  for (let n = 0; n < 5; n += 1) advance.spend(0);
  // One refills in a millisecond.
  for (const agoMs of [0.75, 1, 5000]) advance.putBack(agoMs);
  expect(advance.unspent(1)).toBe(0);
  for (let n = 0; n < 3; n += 1) advance.putBack(0.75);
  expect(advance.unspent(1)).toBe(1);
});

it("more is asked for when half is spent, and when half of the time is over", () => {
  const advance = advanceOf(50);
  advance.arrived(4, 0, 0);
  expect(advance.low(1)).toBe(false);
  expect(advance.low(KEPT_MS / 2 + 1)).toBe(true);
  for (let n = 0; n < 3; n += 1) advance.spend(1);
  expect(advance.low(1)).toBe(true);
  advance.asking();
  expect(advance.low(1)).toBe(false);
});

it("only single tokens of one wide token bucket are worth it", () => {
  expect(mostAhead(wide, 50)).toBe(50);
  expect(mostAhead(wide, 500)).toBe(62);
  expect(mostAhead(questionAbout(1000, 2), 50)).toBe(0);
  expect(mostAhead(questionAbout(319), 50)).toBe(0);
  expect(mostAhead({ ...wide, charges: [...wide.charges, ...wide.charges] }, 50)).toBe(0);
});
