import { ConfigError, LimitExceededError, StoreUnavailableError } from "@sluice/core";
import { BackingOffError, QueueFullError } from "@sluice/limiter";
import { describe, expect, it } from "vitest";
import { problemOfError } from "./problem-of-error.js";

describe("a refusal of a guard, told to a client", () => {
  it("has the time that is left, rounded up, and names nothing that was guarded", () => {
    const problem = problemOfError(new BackingOffError("build secret-project", 299_001, 2));
    expect(problem).toMatchObject({ status: 429, retryAfter: 300, title: "Failed a short while ago" });
    expect(JSON.stringify(problem)).not.toContain("secret-project");
    expect(problemOfError(new BackingOffError("build", 10, 1), 409)).toMatchObject({ status: 409, retryAfter: 1 });
    expect(problemOfError(new QueueFullError(10, 5000))).toMatchObject({ status: 503, retryAfter: 5 });
    const never = new LimitExceededError({ bucket: "b", retryAfterMs: Number.POSITIVE_INFINITY });
    expect(problemOfError(never)).toMatchObject({ status: 429, retryAfter: 1 });
    expect(problemOfError(new StoreUnavailableError("redis://:password@host is away"))).toMatchObject({
      status: 503,
      retryAfter: 1,
    });
  });

  it("is none for any other error", () => {
    expect(problemOfError(new Error("disk full"))).toBeUndefined();
    expect(problemOfError(new ConfigError({ option: "x", accepted: "y", value: 1 }))).toBeUndefined();
    expect(problemOfError("text")).toBeUndefined();
  });
});
