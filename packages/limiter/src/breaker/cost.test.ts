import { expect, it } from "vitest";
import { createBreaker } from "./create-breaker.js";

it("a success costs next to nothing while the breaker is closed", async () => {
  const breaker = createBreaker({ name: "b" });
  const task = async (): Promise<string> => "answer";
  const timed = async (run: () => Promise<string>): Promise<number> => {
    const startedMs = performance.now();
    for (let n = 0; n < 100_000; n += 1) await run();
    return (performance.now() - startedMs) / 100;
  };
  const through = (): Promise<string> => breaker.run(task);
  await timed(through);
  // The best of several rounds: neighbours only ever make it slower.
  let [withIt, without] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < 5 || (round < 20 && withIt - without >= 2); round += 1) {
    withIt = Math.min(withIt, await timed(through));
    without = Math.min(without, await timed(task));
  }
  const us = withIt - without;
  console.log(`a success through a closed breaker: ${us.toFixed(2)} µs more than without`);
  expect(us).toBeLessThan(2);
});
