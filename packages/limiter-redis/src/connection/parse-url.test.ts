import { describe, expect, it } from "vitest";
import { maskUrl, parseRedisUrl, placeOf } from "./parse-url.js";
import { redisStore } from "../store/redis-store.js";

const one = (host: string, port = 6379) => ({ kind: "single", hosts: [{ host, port }] });

describe("a Redis URL", () => {
  it.each([
    ["redis://cache", { ...one("cache"), db: 0, tls: false, username: undefined, password: undefined }],
    ["redis://cache:7000/3", { ...one("cache", 7000), db: 3 }],
    ["rediss://ann:p%40ss@cache:7000", { ...one("cache", 7000), username: "ann", password: "p@ss", tls: true }],
    ["redis://:secret@127.0.0.1", { ...one("127.0.0.1"), username: undefined, password: "secret" }],
    ["redis://:a:b@cache", { password: "a:b" }],
    ["redis://[::1]:7000", one("::1", 7000)],
    [
      "redis+sentinel://:secret@one,two:7000/main",
      {
        kind: "sentinel",
        hosts: [
          { host: "one", port: 26379 },
          { host: "two", port: 7000 },
        ],
        name: "main",
        db: 0,
        password: "secret",
      },
    ],
    ["redis+sentinel://one/my%20main/2", { kind: "sentinel", name: "my main", db: 2 }],
    ["rediss+sentinel://one/main", { kind: "sentinel", tls: true }],
    [
      "redis+cluster://ann:pw@h1,h2:7001,[::1]:7002",
      {
        kind: "cluster",
        hosts: [
          { host: "h1", port: 6379 },
          { host: "h2", port: 7001 },
          { host: "::1", port: 7002 },
        ],
        username: "ann",
        password: "pw",
      },
    ],
    ["rediss+cluster://h1", { kind: "cluster", tls: true, name: undefined }],
  ])("%s is read", (url, expected) => {
    expect(parseRedisUrl(url)).toMatchObject(expected);
  });

  it.each([
    ["redis://cache:7000/3", "cache:7000"],
    ["redis://[::1]", "[::1]:6379"],
    ["redis+sentinel://:secret@one,two/main", "main (by the Sentinels at one:26379, two:26379)"],
    ["redis+cluster://:secret@h1,h2", "the cluster of h1:6379, h2:6379"],
  ])("%s is told to people as %s", (url, place) => {
    expect(placeOf(parseRedisUrl(url))).toBe(place);
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
    "redis://u:s3cret@one,two",
    "redis+sentinel://u:s3cret@one",
    "redis+sentinel://u:s3cret@one,/main",
    "redis+sentinel://u:s3cret@one/main/2/3",
    "redis+cluster://u:s3cret@one/3",
    "redis+cluster://",
    "redis+cluster://one,,two",
    "redis+other://one",
    "redis://u:s3cret@host?db=1",
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

  it("of a cluster has no database, and is refused for that by name", () => {
    expect(() => parseRedisUrl("redis+cluster://one/3")).toThrow("a cluster has no database but 0");
    expect(parseRedisUrl("redis+cluster://one/0").db).toBe(0);
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
    [{ url: "redis://a", tls: {} }, "tls"],
    [{ url: "redis://a", password: 7 as never }, "password"],
  ])("%o is refused by name", (options, option) => {
    expect(() => redisStore(options)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID", option }));
  });
});
