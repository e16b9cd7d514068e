import { expect, it } from "vitest";
import { slopePerMinute } from "./slope.js";
import { gapsOf, lengthS, merged, mostAtOnce, overlap } from "./spans.js";

const span = (fromUs: number, toUs: number): { fromUs: number; toUs: number } => ({ fromUs, toUs });

it("spans that touch or overlap are one, in order", () => {
  expect(merged([span(5, 8), span(0, 2), span(2, 3), span(6, 7)])).toEqual([span(0, 3), span(5, 8)]);
});

it("gaps are what of the whole is covered by nothing", () => {
  const whole = span(0, 10);
  expect(gapsOf(whole, [span(-5, 1), span(3, 4), span(8, 20)])).toEqual([span(1, 3), span(4, 8)]);
  expect(gapsOf(whole, [])).toEqual([whole]);
  expect(gapsOf(whole, [span(-1, 11)])).toEqual([]);
  expect(gapsOf(whole, [span(20, 30)])).toEqual([whole]);
  expect(lengthS([span(0, 1e6), span(2e6, 2.5e6)])).toBe(1.5);
});

it("what two cover is one span or none", () => {
  expect(overlap(span(0, 5), span(3, 9))).toEqual([span(3, 5)]);
  expect(overlap(span(0, 3), span(3, 9))).toEqual([]);
});

it("one that ends as another begins is not there at once with it", () => {
  const held = [span(0, 5), span(5, 9), span(4, 6), span(8, 12)];
  expect(mostAtOnce(held, span(0, 20))).toBe(2);
  expect(mostAtOnce(held, span(6, 8))).toBe(1);
  expect(mostAtOnce([], span(0, 20))).toBe(0);
});

it("the slope is that of the best line, per minute", () => {
  const points = [0, 1, 2, 3].map((n) => [n * 1000, 5 + n * 2] as const);
  expect(slopePerMinute(points)).toBeCloseTo(120);
  expect(slopePerMinute([[0, 5]])).toBe(0);
});
