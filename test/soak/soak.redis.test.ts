import { expect, it } from "vitest";
import { resultTables } from "../src/soak/print.js";
import { runSoak } from "../src/soak/run-soak.js";

it("eight seconds of faults at random break no promise", { timeout: 60_000 }, async () => {
  const result = await runSoak({
    seed: 11,
    processes: 2,
    forMs: 8000,
    pace: { calmMs: 1000, betweenMs: [1500, 2000] },
  });
  console.log(resultTables(result));
  expect(result.episodes.length).toBeGreaterThan(1);
  expect(result.verdicts.filter(({ kept }) => !kept)).toEqual([]);
});
