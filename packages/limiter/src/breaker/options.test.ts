import { describe, expect, it } from "vitest";
import { createBreaker } from "./create-breaker.js";

describe("bad input is refused by name before anything happens", () => {
  const numbers = [Number.NaN, -1, -0, "5", 1n, Number.NEGATIVE_INFINITY, null];
  const options: [string, unknown[]][] = [
    ["name", ["", " ", 5, undefined, "x".repeat(1025)]],
    ["failureRate", [...numbers, 0, 1.01, Number.POSITIVE_INFINITY]],
    ["minimumCalls", [...numbers, 0, 1.5, Number.POSITIVE_INFINITY]],
    ["windowMs", [...numbers, 99, 3_600_001]],
    ["consecutiveFailures", [...numbers, 0, 101, 1.5]],
    ["openMs", [...numbers, 0, 86_400_001]],
    ["maxOpenMs", [...numbers, 4999, 86_400_001]],
    ["probeLeaseMs", [...numbers, 0, 3_600_001]],
    ["probes", [...numbers, 0, 101]],
    ["onStoreError", ["open", ""]],
    ["isFailure", [5, "x"]],
    ["onEvent", [5, "x"]],
    ["store", [5, {}]],
  ];
  it.each(
    options.flatMap(([option, values]) =>
      values.filter((value) => value !== null).map((value) => [option, value] as const),
    ),
  )("%s: %s", (option, value) => {
    expect(() => createBreaker({ name: "billing", [option]: value })).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", option }),
    );
  });

  it.each([Number.NaN, 0, -1, Number.POSITIVE_INFINITY, 2_592_000_001, "5"])("forMs: %s", async (forMs) => {
    const breaker = createBreaker({ name: "billing" });
    await expect(breaker.force("open", { forMs: forMs as number })).rejects.toMatchObject({ option: "forMs" });
    await expect(breaker.force("half-open" as "open")).rejects.toMatchObject({ option: "to" });
    expect(breaker.state()).toBe("closed");
  });
});
