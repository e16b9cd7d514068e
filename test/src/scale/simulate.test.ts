import { beforeAll, describe, expect, it } from "vitest";
import { quickPlan } from "./plans.js";
import type { SimulatedResults } from "./results.js";
import { simulate } from "./simulate.js";

/** Most commands that a grant may cost. In a slow bucket many who wait ask when a token comes. */
const mostCommandsPerGrant: Record<string, (processes: number) => number> = {
  // Beyond eight processes chunks shrink, or a late comer would wait for a round of whole ones.
  "50/s": (processes) => (processes <= 8 ? 0.5 : 1.2),
  "1000/s": () => 0.5,
  "1/s": (processes) => processes + 1,
};

let results: SimulatedResults;
beforeAll(async () => {
  results = await simulate(quickPlan);
}, 180_000);

describe("a fleet that waits for one bucket", () => {
  it("uses all of it and not a millionth of a token more, whatever its size", () => {
    for (const { name, fleets } of results.workloads) {
      for (const { processes, utilisation, excessTokens } of fleets) {
        expect(utilisation, `utilisation at ${name}, ${processes} processes`).toBeGreaterThanOrEqual(0.99);
        expect(utilisation, `utilisation at ${name}, ${processes} processes`).toBeLessThanOrEqual(1);
        expect(excessTokens, `excess at ${name}, ${processes} processes`).toBeLessThanOrEqual(0);
      }
    }
  });

  it("asks the store no more often than is stated", () => {
    for (const { name, fleets } of results.workloads)
      for (const { processes, commandsPerGrant } of fleets)
        expect(commandsPerGrant, `commands per grant at ${name}, ${processes} processes`).toBeLessThanOrEqual(
          mostCommandsPerGrant[name]?.(processes) ?? 0,
        );
  });

  it("ran to the end of its time", () => {
    for (const { durationS, fleets } of results.workloads)
      expect(fleets.map(({ ranS }) => ranS)).toEqual(fleets.map(() => durationS));
  });
});

describe("a fleet over many buckets", () => {
  it("uses those that are wanted too much, exceeds none, and refuses nobody below the limits", () => {
    const [below, above] = results.manyBuckets.map(({ figures }) => figures);
    expect(below).toMatchObject({ refused: 0, saturated: 0 });
    expect(above?.saturated).toBeGreaterThan(3);
    expect(above?.leastUtilisation).toBeGreaterThanOrEqual(0.99);
    for (const figures of [below, above]) expect(figures?.excessTokens).toBeLessThanOrEqual(0);
  });
});

it("the same seed gives the same figures, another seed others", async () => {
  const [workload] = quickPlan.workloads;
  const [, many] = quickPlan.manyBuckets;
  if (workload === undefined || many === undefined) throw new Error("the quick plan lacks a run");
  const small = { ...quickPlan, workloads: [{ ...workload, durationS: 5 }], manyBuckets: [{ ...many, durationS: 6 }] };
  const [once, again] = [await simulate(small), await simulate(small)];
  expect(again).toEqual(once);
  expect((await simulate({ ...small, terrain: { ...small.terrain, seed: 1 } })).manyBuckets).not.toEqual(
    once.manyBuckets,
  );
}, 180_000);
