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

/** What would be taken along for somebody who comes at these instants, at the last of them. */
function wantedAfter(...instantsMs: readonly number[]): number {
  const advance = new Advance(wide, 50);
  for (const nowMs of instantsMs) advance.came(nowMs);
  return advance.wanted(1);
}

it("as much is taken along as is used in its time, at most what refills in its own", () => {
  expect(wantedAfter(0, 50)).toBe(5);
  expect(wantedAfter(0, 1)).toBe(50);
  expect(wantedAfter(0, 0)).toBe(50);
});

it("nothing is taken along for who comes once or seldom, and at once for who comes in trains", () => {
  expect(wantedAfter(0)).toBe(0);
  expect(wantedAfter(0, 200, 400)).toBe(0);
  expect(wantedAfter(0, 1, 2, 3, 1000)).toBe(50);
  expect(wantedAfter(0, 1, 2, 3, 1000, 2000)).toBe(0);
});

it("a fleet shares what is taken along, and nobody wants more while he is being answered", () => {
  const advance = new Advance(wide, 50);
  advance.came(0);
  advance.came(1);
  expect(advance.wanted(10)).toBe(5);
  expect(advance.wanted(10)).toBe(0);
  advance.failed();
  expect(advance.wanted(26)).toBe(0);
  expect(advance.wanted(1)).toBe(50);
});

/** Units that can be spent at an instant, of so many that were taken along at 0 with a bucket that is full again at `fullMs`. */
function spendableAt(nowMs: number, units: number, fullMs: number): number {
  const advance = new Advance(wide, 50);
  advance.arrived({ ...reply, idleUs: reply.nowUs + fullMs * 1000 }, units, 0, 0);
  let spent = 0;
  while (advance.spend(nowMs) !== undefined) spent += 1;
  return spent;
}

it("units are spent for a quarter of a second, each once, and say what is left with them", () => {
  const advance = new Advance(wide, 50);
  expect(advance.spend(0)).toBeUndefined();
  advance.arrived(reply, 2, 0, 0);
  expect(advance.spend(10)).toMatchObject({ nowUs: 5.01e6, remaining: 901 });
  advance.putBack();
  expect(advance.spend(20)).toMatchObject({ remaining: 901 });
  expect(advance.spend(20)).toMatchObject({ remaining: 900 });
  expect(advance.spend(20)).toBeUndefined();
  expect(spendableAt(KEPT_MS - 1, 20, 1000)).toBe(20);
  expect(spendableAt(KEPT_MS, 20, 1000)).toBe(0);
});

it("what flows into a bucket that would be full is taken from the units", () => {
  // Full with the 20 units after 30 ms, by one a millisecond.
  expect(spendableAt(30, 20, 50)).toBe(20);
  expect(spendableAt(35, 20, 50)).toBe(15);
  expect(spendableAt(50, 20, 50)).toBe(0);
  // What is spent makes room: from the first on nothing flows over.
  const advance = new Advance(wide, 50);
  advance.arrived({ ...reply, idleUs: reply.nowUs + 20_000 }, 20, 0, 0);
  let spent = 0;
  for (let nowMs = 1; nowMs <= 40; nowMs += 1) spent += advance.spend(nowMs) === undefined ? 0 : 1;
  expect(spent).toBe(19);
});

it("only one token bucket, and only a wide one, is worth it", () => {
  expect(mostAhead(wide, 50)).toBe(50);
  expect(mostAhead(questionAbout(1000, 3), 50)).toBe(16);
  expect(mostAhead(questionAbout(1000, 4), 50)).toBe(0);
  expect(mostAhead(questionAbout(319), 50)).toBe(0);
  expect(mostAhead({ ...wide, charges: [...wide.charges, ...wide.charges] }, 50)).toBe(0);
});
