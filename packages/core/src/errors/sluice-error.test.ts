import { runInNewContext } from "node:vm";
import { describe, expect, it, vi } from "vitest";
import { errorCodes } from "./codes.js";
import { ConfigError } from "./config-error.js";
import { DeadlineExceededError } from "./deadline-exceeded-error.js";
import { LimitExceededError } from "./limit-exceeded-error.js";
import { isSluiceError, SluiceError } from "./sluice-error.js";
import { StoreUnavailableError } from "./store-unavailable-error.js";

const family = [
  [new SluiceError("LIMITER_CLOSED", "closed"), "SluiceError", "LIMITER_CLOSED"],
  [new ConfigError({ option: "burst", accepted: "x", value: 1 }), "ConfigError", "CONFIG_INVALID"],
  [new LimitExceededError({ bucket: "b", retryAfterMs: 5 }), "LimitExceededError", "LIMIT_EXCEEDED"],
  [new DeadlineExceededError("things.list", 5), "DeadlineExceededError", "DEADLINE_EXCEEDED"],
  [new StoreUnavailableError("no answer"), "StoreUnavailableError", "STORE_UNAVAILABLE"],
] as const;

describe("the error family", () => {
  it.each(family)("%s is an Error, carries its name and code, and is recognised", (error, name, code) => {
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(SluiceError);
    expect(error).toMatchObject({ name, code });
    expect(isSluiceError(error)).toBe(true);
    expect(error.stack).toContain(name === "SluiceError" ? "Error: closed" : error.message);
    expect(Object.keys(errorCodes)).toContain(code);
  });

  it("keeps its cause", () => {
    const cause = new Error("why");
    expect(new SluiceError("LIMITER_CLOSED", "closed", { cause }).cause).toBe(cause);
  });

  it("is recognised across two copies of the package, where instanceof is not", async () => {
    vi.resetModules();
    const copy = await import("./config-error.js");
    const other = await import("./sluice-error.js");
    const theirs = new copy.ConfigError({ option: "burst", accepted: "x", value: 1 });
    expect(theirs).not.toBeInstanceOf(SluiceError);
    expect(isSluiceError(theirs)).toBe(true);
    expect(other.isSluiceError(new SluiceError("LIMITER_CLOSED", "closed"))).toBe(true);
  });

  it("does not recognise other errors, other realms' included, nor values that are no objects", () => {
    const foreign: unknown = runInNewContext("Object.assign(new Error('x'), { code: 'CONFIG_INVALID' })");
    for (const value of [undefined, null, "SluiceError", 7, {}, new Error("x"), new TypeError("x"), foreign]) {
      expect(isSluiceError(value)).toBe(false);
    }
  });

  it("hides its brand from JSON and inspection", () => {
    expect(JSON.parse(JSON.stringify(new SluiceError("LIMITER_CLOSED", "closed")))).toEqual({
      code: "LIMITER_CLOSED",
      name: "SluiceError",
    });
  });

  it("says everything in one short line, whatever identifiers it names", () => {
    const hostile = `a\r\nb\u001b[31m\u202e${"x".repeat(1_048_576)}`;
    for (const error of [
      new SluiceError("HOOK_INVALID", `There is already a hook named ${hostile}`),
      new DeadlineExceededError(hostile, 5),
      new LimitExceededError({
        bucket: hostile,
        retryAfterMs: 5,
        provider: hostile,
        account: hostile,
        reason: hostile,
      }),
      new ConfigError({ option: hostile, accepted: "x", value: hostile }),
    ]) {
      expect(error.message).toMatch(/^[\x20-\x7e…]{1,1100}$/);
      expect(error.message).toContain("a\\u000d\\u000ab\\u001b[31m\\u202exxx");
    }
  });
});

describe("every code", () => {
  it.each(Object.entries(errorCodes))("%s is explained in whole sentences", (code, meaning) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)+$/);
    expect(meaning).toMatch(/^[A-Z].+\.$/);
  });
});

describe("a LimitExceededError", () => {
  it("says which limit of whose account refused, why, and when to come back", () => {
    const error = new LimitExceededError({
      bucket: "chat.postMessage",
      retryAfterMs: 1234.5,
      provider: "slack",
      account: "T1",
      reason: "the wait would outlast the deadline",
    });
    expect(error).toMatchObject({ bucket: "chat.postMessage", retryAfterMs: 1234.5, provider: "slack", account: "T1" });
    expect(error.message).toBe(
      "Limit chat.postMessage of slack account T1 refused (the wait would outlast the deadline): retry after 1235 ms",
    );
  });

  it("says nothing of an account it does not know", () => {
    expect(new LimitExceededError({ bucket: "b", retryAfterMs: 5 }).message).toBe("Limit b refused: retry after 5 ms");
  });
});
