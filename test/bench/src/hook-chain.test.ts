import { expect, it } from "vitest";
import { measureHookChain, PROMISED_US, threeEmptyHooks } from "./hook-chain.js";

// A neighbour on the processor doubles every figure for a while; a slow chain stays slow.
it("three empty hooks add at most 5 microseconds to an attempt", { retry: 2 }, async () => {
  const costs = await measureHookChain({ rounds: 9, runsPerRound: 2000 });
  const cost = costs.find(({ name }) => name === threeEmptyHooks);
  process.stdout.write(`three empty hooks: ${cost?.addedUs.toFixed(2)} µs per attempt, median of 9 rounds\n`);
  expect(cost?.addedUs).toBeGreaterThan(0);
  expect(cost?.addedUs).toBeLessThanOrEqual(PROMISED_US);
});
