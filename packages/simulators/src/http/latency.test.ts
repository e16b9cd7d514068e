import { describe, expect, it } from "vitest";
import { latencySource } from "./latency.js";

describe("latency", () => {
  it("is always the same when fixed", () => {
    expect(latencySource(25, () => 0.5)()).toBe(25);
  });

  it("is drawn from a range by the given source of chance", () => {
    const draws = [0, 0.5, 0.75];
    const next = latencySource([10, 20], () => draws.shift() ?? 0);
    expect([next(), next(), next()]).toEqual([10, 15, 17.5]);
  });

  it("is refused when negative or upside down", () => {
    expect(() => latencySource(-1, Math.random)).toThrow("latencyMs must be a number >= 0, got -1");
    expect(() => latencySource([5, 2], Math.random)).toThrow("latencyMs[1] must be a number >= latencyMs[0], got 2");
  });
});
