import { expect, it } from "vitest";
import { tokenBucket } from "../limits/token-bucket.js";
import { slidingWindow } from "../limits/windows.js";
import { checkFast } from "./check-fast.js";

const limit = tokenBucket({ refillRate: 1, burst: 5 });
const open = { kind: "tokenBucket", refillRate: 1, burst: 5 } as const;

it.each<[string, unknown]>([
  ["a cost that is left out", { bucket: "b", limit }],
  ["a cost of one", { bucket: "b", limit, cost: 1 }],
  ["the whole burst", { bucket: "b", limit, cost: 5 }],
])("a charge on one token bucket goes the short way with %s", (_, charge) => {
  expect(checkFast(charge as never)).toBe(true);
  expect(checkFast(charge as never)).toBe(true);
});

it.each<[string, unknown]>([
  ["nothing", undefined],
  ["null", null],
  ["a text", "b"],
  ["a list", [{ bucket: "b", limit }]],
  ["no limit", { bucket: "b" }],
  ["a limit of null", { bucket: "b", limit: null }],
  ["a limit that is a text", { bucket: "b", limit: "tokenBucket" }],
  ["a limit that could change under way", { bucket: "b", limit: open }],
  ["another algorithm", { bucket: "b", limit: slidingWindow({ limit: 5, windowMs: 1000 }) }],
  ["no bucket", { limit }],
  ["a bucket without a name", { bucket: "", limit }],
  ["a bucket that is a number", { bucket: 7, limit }],
  ["a look", { bucket: "b", limit, cost: 0 }],
  ["a cost below nothing", { bucket: "b", limit, cost: -1 }],
  ["half a token", { bucket: "b", limit, cost: 0.5 }],
  ["a cost that is a text", { bucket: "b", limit, cost: "1" }],
  ["a cost of null", { bucket: "b", limit, cost: null }],
  ["more than the burst", { bucket: "b", limit, cost: 6 }],
])("%s goes the longer way, which says what is wrong", (_, charge) => {
  expect(checkFast(charge as never)).toBe(false);
  // Neither does a good one that came before make it pass.
  expect(checkFast({ bucket: "b", limit })).toBe(true);
  expect(checkFast(charge as never)).toBe(false);
});

it("a limit with a mistake in it is refused by either way", () => {
  const wrong = { bucket: "b", limit: Object.freeze({ ...open, refillRate: -1 }) };
  for (let time = 0; time < 2; time += 1)
    expect(() => checkFast(wrong)).toThrow(expect.objectContaining({ option: "refillRate" }));
});
