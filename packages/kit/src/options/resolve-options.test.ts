import { ConfigError } from "@sluice/core";
import { createLimiter, memoryStore } from "@sluice/limiter";
import { describe, expect, it } from "vitest";
import type { ApiOptions, Environment } from "./api-options.js";
import { checkMode, resolveOptions } from "./resolve-options.js";

function problemOf(options: unknown, env: Environment = {}): ConfigError {
  try {
    resolveOptions(options as ApiOptions, env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("expected a ConfigError");
}

const variables = { REDIS_URL: "redis://env:6379", SLUICE_MODE: "shadow", SLUICE_ON_STORE_ERROR: "closed" };

describe("options", () => {
  it("have defaults: memory, enforce, 30 s, local", () => {
    expect(resolveOptions({}, {})).toEqual({
      redis: undefined,
      mode: "enforce",
      timeoutMs: 30_000,
      onStoreError: "local",
    });
  });

  it("come from the environment where they are left out", () => {
    expect(resolveOptions({}, variables)).toEqual({
      redis: "redis://env:6379",
      mode: "shadow",
      timeoutMs: 30_000,
      onStoreError: "closed",
    });
  });

  it("beat the environment, even one that is wrong", () => {
    const options = {
      redis: "redis://option:6380/1",
      mode: "disabled",
      onStoreError: "open",
      timeoutMs: Number.POSITIVE_INFINITY,
    } as const;
    expect(resolveOptions(options, variables)).toEqual(options);
    expect(resolveOptions(options, { REDIS_URL: "nonsense", SLUICE_MODE: "on", SLUICE_ON_STORE_ERROR: "?" })).toEqual(
      options,
    );
  });

  it("take empty variables for absent ones", () => {
    const empty = { REDIS_URL: "", SLUICE_MODE: "", SLUICE_ON_STORE_ERROR: "" };
    expect(resolveOptions({}, empty)).toEqual(resolveOptions({}, {}));
  });

  it("take a client of ioredis, a limiter, hooks, retry options and a logger as they are", () => {
    const client = { evalsha: () => {}, duplicate: () => {} } as never;
    const limiter = createLimiter({ store: memoryStore() });
    const options: ApiOptions = { redis: client, limiter, hooks: [], retry: false, log: { info() {}, warn() {} } };
    expect(resolveOptions(options, {}).redis).toBe(client);
    expect(() => resolveOptions({ retry: { maxRetries: 1 } }, {})).not.toThrow();
  });
});

describe("a wrong setting", () => {
  const modes = '"enforce" or "shadow" or "disabled"';
  const policies = '"local" or "open" or "closed"';
  const urls =
    'a URL such as "redis://host:6379", "rediss://user:password@host:6380/0", "redis+sentinel://host1,host2:26379/name", "redis+cluster://host1,host2"';
  const clients = "a redis:// URL, options with a url, or a client of ioredis";
  const times = "a number of milliseconds above 0, or Infinity";
  const limiters = "a limiter made by createLimiter()";
  const loggers = "a logger with info() and warn()";

  it.each([
    // option or variable, what was given, where, what is accepted, how it shows
    ["mode", { mode: "on" }, {}, modes, '"on"'],
    ["mode", { mode: 1 }, {}, modes, "1"],
    ["SLUICE_MODE", {}, { SLUICE_MODE: "ENFORCE" }, modes, '"ENFORCE"'],
    ["SLUICE_MODE", {}, { SLUICE_MODE: "shadow " }, modes, '"shadow "'],
    ["onStoreError", { onStoreError: "panic" }, {}, policies, '"panic"'],
    ["SLUICE_ON_STORE_ERROR", {}, { SLUICE_ON_STORE_ERROR: "Local" }, policies, '"Local"'],
    ["timeoutMs", { timeoutMs: 0 }, {}, times, "0"],
    ["timeoutMs", { timeoutMs: -1 }, {}, times, "-1"],
    ["timeoutMs", { timeoutMs: Number.NaN }, {}, times, "NaN"],
    ["timeoutMs", { timeoutMs: "30000" }, {}, times, '"30000"'],
    ["redis", { redis: "" }, {}, urls, '""'],
    ["redis", { redis: "localhost:6379" }, {}, urls, '"localhost:6379"'],
    ["redis", { redis: "http://host" }, {}, urls, '"http://host"'],
    ["redis", { redis: "redis://host/zero" }, {}, urls, '"redis://host/zero"'],
    ["redis", { redis: {} }, {}, clients, "an object"],
    ["redis.url", { redis: { url: "redis://host/zero" } }, {}, urls, '"redis://host/zero"'],
    ["redis.commandTimeoutMs", { redis: { url: "redis://host", commandTimeoutMs: 0 } }, {}, "a finite number > 0", "0"],
    ["redis", { redis: 6379 }, {}, clients, "6379"],
    ["REDIS_URL", {}, { REDIS_URL: "host:6379" }, urls, '"host:6379"'],
    ["limiter", { limiter: {} }, {}, limiters, "an object"],
    ["limiter", { limiter: null }, {}, limiters, "null"],
    ["hooks", { hooks: { name: "mine" } }, {}, "a list of hooks", "an object"],
    ["retry", { retry: 3 }, {}, "an object of retry options, or false", "3"],
    ["retry", { retry: true }, {}, "an object of retry options, or false", "true"],
    ["log", { log: { info() {} } }, {}, loggers, "an object"],
    ["log", { log: "stdout" }, {}, loggers, '"stdout"'],
  ])("%s of %j %j is refused, with range and value", (option, options, env, accepted, shown) => {
    const problem = problemOf(options, env);
    expect(problem).toMatchObject({ code: "CONFIG_INVALID", option, accepted });
    expect(problem.message).toBe(`${option} must be ${accepted}, got ${shown}`);
  });

  it("hides user and password of a Redis URL, in the message and in the value", () => {
    for (const name of ["redis", "REDIS_URL"]) {
      for (const url of [
        "redis://admin:hunter2@host:99999",
        "https://admin:hunter2@host",
        "redis://admin:hun@ter2@host/x",
        "admin:hunter2@host",
      ]) {
        const problem = name === "redis" ? problemOf({ redis: url }) : problemOf({}, { REDIS_URL: url });
        expect(problem.option).toBe(name);
        expect(`${problem.message} ${String(problem.value)} ${problem.stack}`).not.toMatch(/hunter2|hun@|ter2|admin/);
        expect(problem.value).toMatch(/\*\*\*@host/);
      }
    }
  });

  it("is found without changing anything that the caller passed", () => {
    const options = Object.freeze({ mode: "shadow", hooks: Object.freeze([]) as readonly [] } as const);
    expect(resolveOptions(options, Object.freeze({ ...variables })).mode).toBe("shadow");
  });
});

it("a mode is checked by the same rule wherever it is switched", () => {
  expect(checkMode("shadow")).toBe("shadow");
  expect(() => checkMode(undefined)).toThrow('mode must be "enforce" or "shadow" or "disabled", got undefined');
});
