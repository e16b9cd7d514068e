import { type StoreCharge, type TakeRequest, tokenBucket } from "@sluice/limiter";
import { expect, it } from "vitest";
import { createFallback } from "./fallback.js";

const charge: StoreCharge = { bucket: "b", limit: tokenBucket({ refillRate: 1, burst: 5 }), cost: 1 };
const request = (scope: string, peek = false): TakeRequest => {
  return { scope, charges: [charge], count: 1, ahead: 0, group: 1, withinMs: 0, id: "q", peek };
};
const all = (): boolean => true;

it("names at the store's return what was handed out meanwhile, once, and again while the store could not be told", () => {
  const fallback = createFallback("open");
  void fallback.take(request("s"), 1);
  void fallback.take(request("looked at", true), 1);
  expect(fallback.over(all)).toEqual(new Map([["s", [charge]]]));
  expect(fallback.over(all)).toEqual(new Map());
  fallback.untold("s", [charge]);
  expect(fallback.over(all)).toEqual(new Map([["s", [charge]]]));
  expect(fallback.over(all)).toEqual(new Map());
});

it("keeps what a part of the store holds that is still away", () => {
  const fallback = createFallback("open");
  for (const scope of ["here", "away"]) void fallback.take(request(scope), 1);
  expect([...fallback.over((scope) => scope === "here").keys()]).toEqual(["here"]);
  expect([...fallback.over(all).keys()]).toEqual(["away"]);
});
