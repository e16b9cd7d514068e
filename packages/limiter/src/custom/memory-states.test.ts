import { createFakeClock } from "@sluice/core/testing";
import { expect, it } from "vitest";
import { customStatesContract } from "../testing/custom-states-contract.js";
import { memoryStates } from "./memory-states.js";

customStatesContract("states in memory", { open: () => memoryStates() });

it("a full memory refuses a new state rather than forgetting one in use, and has room when those have gone", async () => {
  const clock = createFakeClock();
  const states = memoryStates({ maxStates: 2, clock });
  const save = (name: string, ttlMs: number): unknown => states.save("s", [{ name, text: "t" }], 1, ttlMs);
  expect([save("a", 1000), save("b", 5000), save("a", 1000)]).toEqual([true, true, true]);
  expect(() => save("c", 1000)).toThrow(expect.objectContaining({ code: "STORE_UNAVAILABLE" }));
  await clock.advance(5000);
  expect(save("c", 1000)).toBe(true);
});

it("refuses a size out of range", () => {
  for (const maxStates of [0, 1.5, Number.NaN, 1e8])
    expect(() => memoryStates({ maxStates })).toThrow(expect.objectContaining({ option: "maxStates" }));
});
