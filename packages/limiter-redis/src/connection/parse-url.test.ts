import { describe, expect, it } from "vitest";
import { maskUrl, parseRedisUrl } from "./parse-url.js";
import { redisStore } from "../store/redis-store.js";

describe("a Redis URL", () => {
  it.each([
    ["redis://cache", { host: "cache", port: 6379, db: 0, tls: false }],
    ["redis://cache:7000/3", { host: "cache", port: 7000, db: 3 }],
    ["rediss://ann:p%40ss@cache:7000", { username: "ann", password: "p@ss", tls: true }],
    ["redis://:secret@127.0.0.1", { username: undefined, password: "secret" }],
    ["redis://[::1]:7000", { host: "::1", port: 7000 }],
  ])("%s is read", (url, expected) => {
    expect(parseRedisUrl(url)).toMatchObject(expected);
  });

  it.each([
    "",
    "cache:6379",
    "http://cache",
    "redis://",
    "redis://cache:port",
    "redis://cache:0",
    "redis://cache/db",
    "redis://u:s3cret@host:99999",
    "redis://u:s3cret%zz@host",
  ])("%s is refused, naming the option and what is accepted, without the password", (url) => {
    let error: unknown;
    try {
      parseRedisUrl(url, "REDIS_URL");
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({ code: "CONFIG_INVALID", option: "REDIS_URL" });
    expect((error as Error).message).toContain("redis://host:6379");
    expect(JSON.stringify(error) + (error as Error).stack).not.toContain("s3cret");
  });

  it("is shown without user and password, whatever characters they hold", () => {
    expect(maskUrl("redis://ann:p@ss/w:rd@cache:6379/1")).toBe("redis://***@cache:6379/1");
    expect(maskUrl("ann:secret@cache")).toBe("***@cache");
    expect(maskUrl("redis://cache:6379")).toBe("redis://cache:6379");
    expect(maskUrl("redis://:secret")).toBe("redis://***");
    expect(maskUrl("redis://cache?password=secret")).toBe("redis://cache?***");
  });
});

describe("the settings of a Redis store", () => {
  it.each([
    [{}, "url or client"],
    [{ url: "redis://a", client: {} as never }, "url or client"],
    [{ client: {} as never }, "client"],
    [{ url: "redis://a", onStoreError: "maybe" as never }, "onStoreError"],
    [{ url: "redis://a", commandTimeoutMs: 0 }, "commandTimeoutMs"],
    [{ url: "redis://a", prefix: "a{b}" }, "prefix"],
  ])("%o is refused by name", (options, option) => {
    expect(() => redisStore(options)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID", option }));
  });
});
