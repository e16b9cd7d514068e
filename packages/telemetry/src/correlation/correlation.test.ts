import { ConfigError } from "@sluice/core";
import { describe, expect, it } from "vitest";
import { correlationId, withCorrelation } from "./correlation.js";

describe("a correlation id", () => {
  it("is seen by everything inside, after waits too, and by nothing outside", async () => {
    const inside = await withCorrelation("request-7", async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return [correlationId(), withCorrelation("step-1", () => correlationId()), correlationId()];
    });
    expect(inside).toEqual(["request-7", "step-1", "request-7"]);
    expect(correlationId()).toBeUndefined();
  });

  it("of one task is never seen by another that runs beside it", async () => {
    const task = (id: string): Promise<string | undefined> =>
      withCorrelation(id, async () => {
        for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        return correlationId();
      });
    expect(await Promise.all(["a", "b", "c"].map(task))).toEqual(["a", "b", "c"]);
  });

  it.each(["", "x".repeat(129), 7 as unknown as string])("that is none is refused (%#)", (id) => {
    expect(() => withCorrelation(id, () => 0)).toThrow(ConfigError);
  });
});
