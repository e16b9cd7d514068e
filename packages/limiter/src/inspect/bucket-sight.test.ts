import { describe, expect, it } from "vitest";
import { customLimit } from "../custom/custom-limit.js";
import { concurrency } from "../limits/concurrency.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { type BucketFacts, bucketSight, limitFigures } from "./bucket-sight.js";

const algorithm = () => ({ state: 0, decision: { allowed: true } as const });
const plain = customLimit({ name: "plain", algorithm });
const figured = customLimit({ name: "figured", algorithm, rate: 2, capacity: 8 });

function sightOf(facts: Partial<BucketFacts>) {
  return bucketSight({
    provider: "acme",
    account: "red",
    bucket: "b",
    limit: tokenBucket({ refillRate: 10, burst: 4 }),
    mode: "memory",
    wallMs: 0,
    told: { left: 1, nextSlotMs: 0, fullAfterMs: 300, wallMs: 0 },
    pausedForMs: 0,
    waiting: { count: 0, longestWaitMs: 0, lanes: [] },
    ...facts,
  });
}

describe("what is known of a bucket", () => {
  it("is how full it is, from nothing to all", () => {
    const told = (left: number) => ({ left, nextSlotMs: 0, fullAfterMs: 0, wallMs: 0 });
    expect([-3, 0, 1, 4, 9].map((left) => sightOf({ told: told(left) }).fill)).toEqual([0, 0, 0.25, 1, 1]);
  });

  it("is null where nobody knows", () => {
    expect(sightOf({ told: undefined })).toMatchObject({ left: null, fill: null, capacity: 4, asOf: null });
    expect(sightOf({ limit: plain })).toMatchObject({ left: 1, fill: null, capacity: null, rate: null });
    const never = { left: 0, nextSlotMs: Number.POSITIVE_INFINITY, fullAfterMs: Number.POSITIVE_INFINITY, wallMs: 0 };
    expect(sightOf({ told: never })).toMatchObject({ left: 0, nextSlotMs: null, fullAfterMs: null });
    expect(sightOf({ limit: concurrency({ max: 2, leaseMs: 5000 }) })).toMatchObject({ rate: null, fill: 0.5 });
  });

  it("under a rule of one's own that says yes and not how often, is not that nothing is left", () => {
    const told = { left: 0, nextSlotMs: 0, fullAfterMs: 0, wallMs: 0 };
    expect(sightOf({ limit: figured, told }).left).toBeNull();
    expect(sightOf({ limit: figured, told: { ...told, nextSlotMs: 5 } }).left).toBe(0);
    expect(sightOf({ limit: figured, told: { ...told, left: 3 } })).toMatchObject({ left: 3, fill: 0.375 });
    expect(sightOf({ told }).left).toBe(0);
  });
});

it("a limit's figures are plain data: of a rule of one's own its name, and its figures where it has some", () => {
  expect(limitFigures(figured)).toEqual({ kind: "custom", name: "figured", rate: 2, capacity: 8 });
  expect(limitFigures(plain)).toEqual({ kind: "custom", name: "plain", rate: null, capacity: null });
  expect(Object.isFrozen(limitFigures(plain))).toBe(true);
  const bucket = tokenBucket({ refillRate: 10, burst: 4 });
  expect(limitFigures(bucket)).toBe(bucket);
});
