import { createFakeClock } from "@sluice/core/testing";
import { expect, it } from "vitest";
import { createPauses } from "./pauses.js";

it("a pause holds as long as the longest that was told, for its bucket of its scope alone", async () => {
  const clock = createFakeClock();
  const pauses = createPauses(clock);
  pauses.add("s", "a", 100);
  pauses.add("s", "a", 50);
  expect([pauses.leftUs("s", "a"), pauses.leftUs("s", "b"), pauses.leftUs("t", "a")]).toEqual([100_000, 0, 0]);
  await clock.advance(99.9995);
  expect(pauses.leftUs("s", "a")).toBe(1);
  await clock.advance(1);
  expect(pauses.leftUs("s", "a")).toBe(0);
});

it("scopes and names are told apart wherever one ends", () => {
  const pauses = createPauses(createFakeClock());
  pauses.add("a", "bc", 100);
  expect([pauses.leftUs("ab", "c"), pauses.leftUs("a", "bc")]).toEqual([0, 100_000]);
});

it("what is over is forgotten once there are a thousand, and what is not stays", async () => {
  const clock = createFakeClock();
  const pauses = createPauses(clock);
  pauses.add("s", "long", 5000);
  for (let n = 0; n < 998; n += 1) pauses.add("s", `b${n}`, 10);
  await clock.advance(10);
  // The thousandth, which makes it look for those that are over.
  pauses.add("s", "last", 20);
  expect([pauses.leftUs("s", "long"), pauses.leftUs("s", "last"), pauses.leftUs("s", "b0")]).toEqual([
    4_990_000, 20_000, 0,
  ]);
  for (let n = 0; n < 3000; n += 1) pauses.add("s", `c${n}`, 1000);
  expect([pauses.leftUs("s", "c0"), pauses.leftUs("s", "c2999")]).toEqual([1_000_000, 1_000_000]);
});
