import { expect, it } from "vitest";
import { resultTables } from "../src/soak/print.js";
import { runSoak } from "../src/soak/run-soak.js";

it("eight seconds of faults at random break no promise", { timeout: 90_000 }, async () => {
  const result = await runSoak({
    seed: 11,
    processes: 2,
    forMs: 8000,
    pace: { calmMs: 1000, betweenMs: [1500, 2000] },
  });
  console.log(resultTables(result));
  // On a machine that stands still in between there is time for fewer.
  expect(result.episodes.length).toBeGreaterThan(0);
  expect(result.verdicts.filter(({ kept }) => !kept)).toEqual([]);
});
