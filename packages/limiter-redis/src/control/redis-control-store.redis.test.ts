import { verifyAudit } from "@sluice/limiter";
import { controlContract } from "@sluice/limiter/testing";
import { type RedisServer, say, startRedisServer } from "@sluice/test/redis-server";
import { startTcpProxy } from "@sluice/test/tcp-proxy";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { redisControlStore } from "./redis-control-store.js";

let server: RedisServer;
let count = 0;
// A busy machine is no outage.
const patient = { commandTimeoutMs: 5000 };
const open = () => redisControlStore({ url: server.url, prefix: `test${count}`, ...patient });
const another = (): void => void (count += 1);

beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());

controlContract("the Redis store", {
  open: () => (another(), open()),
  openAgain: open,
  openSmall: () => (
    another(),
    redisControlStore({ url: server.url, prefix: `test${count}`, ...patient, auditMaxEntries: 5 })
  ),
});

const entry = { action: "test.write", subject: "s", author: "tester" };
const keyOf = (what: string): string => `test${count}:{control:s}:${what}`;

describe("the Redis store", () => {
  it("keeps nothing that expires, and all of a space under one tag", async () => {
    another();
    await using store = open();
    await store.change("s", { records: { a: "1" }, entry });
    await using redis = direct();
    const keys = (await redis.keys(`test${count}:*`)).toSorted();
    expect(keys).toEqual([keyOf("audit"), keyOf("head"), keyOf("records")]);
    for (const key of keys) expect(await redis.pttl(key)).toBe(-1);
  });

  it("notices an emptied server even when its version is the known one again", async () => {
    another();
    await using store = open();
    await using second = open();
    await store.change("s", { records: { a: "1" }, entry });
    const generation = (await store.read("s"))?.head.generation ?? "";
    await using redis = direct();
    await redis.del(keyOf("audit"), keyOf("head"), keyOf("records"));
    await second.change("s", { records: { b: "2" }, entry });
    const sight = await store.read("s", { version: 1, generation });
    expect(sight?.records).toEqual(new Map([["b", "2"]]));
    // And builds on what is there now.
    await store.change("s", { records: { c: "3" }, entry });
    expect(verifyAudit(await store.audit("s"))).toMatchObject({ intact: true });
  });

  it("a change that meets others for too long is refused with its own code, and writes nothing", async () => {
    another();
    // So far away that somebody else always comes first.
    await using proxy = await startTcpProxy({ targetPort: server.port });
    proxy.delay(20);
    await using store = redisControlStore({
      url: proxy.url,
      prefix: `test${count}`,
      ...patient,
      changeTimeoutMs: 1000,
    });
    await store.change("s", { records: { a: "1" }, entry });
    await using redis = direct();
    const disturbing = new AbortController();
    const disturb = async (): Promise<void> => {
      for (let n = 0; !disturbing.signal.aborted; n += 1)
        await redis.hset(keyOf("head"), "digest", n.toString().padStart(64, "0"));
    };
    const disturbed = disturb();
    await expect(store.change("s", { records: { a: "2" }, entry })).rejects.toMatchObject({ code: "CHANGE_CONFLICT" });
    disturbing.abort();
    await disturbed;
    expect((await store.read("s"))?.records.get("a")).toBe("1");
    expect(await redis.xlen(keyOf("audit"))).toBe(1);
  });

  it("refuses state of another version and keys of another type, and leaves them as they are", async () => {
    another();
    await using store = open();
    await using redis = direct();
    await redis.hset(keyOf("head"), "v", "2", "version", "7");
    for (const act of [() => store.read("s"), () => store.change("s", { records: { a: "1" }, entry })])
      await expect(act()).rejects.toMatchObject({
        code: "STORE_UNAVAILABLE",
        message: expect.stringContaining("version 2"),
      });
    expect(await redis.hgetall(keyOf("head"))).toEqual({ v: "2", version: "7" });
    await redis.del(keyOf("head"));
    await redis.lpush(keyOf("records"), "x");
    await expect(store.change("s", { records: { a: "1" }, entry })).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
    });
    expect(await redis.exists(keyOf("audit"), keyOf("head"))).toBe(0);
  });

  it("appends for a user who may not trim, and leaves trimming to one who may", async () => {
    another();
    const rights =
      "+evalsha +eval +script|load +info +time +type +hmget +hgetall +hset +hdel +xadd +xlen +xrange +xrevrange +exists +set +publish";
    await say(
      server,
      "ACL",
      "SETUSER",
      "service",
      "on",
      ">pass",
      `~test${count}:*`,
      `&test${count}:*`,
      ...rights.split(" "),
    );
    const url = server.url.replace("redis://", "redis://service:pass@");
    const prefix = `test${count}`;
    await using service = redisControlStore({ url, prefix, ...patient, auditMaxEntries: 5 });
    for (let n = 0; n < 8; n += 1) await service.change("s", { records: { a: `${n}` }, entry });
    expect((await service.read("s"))?.head).toMatchObject({ kept: 8, trimmed: 0 });
    await using redis = new Disposable(url);
    for (const command of [
      ["xdel", keyOf("audit"), "1-1"],
      ["xtrim", keyOf("audit"), "MAXLEN", "0"],
      ["del", keyOf("audit")],
      ["rename", keyOf("audit"), "x"],
      ["flushall"],
    ])
      await expect(redis.call(...(command as [string, ...string[]]))).rejects.toThrow("NOPERM");
    await using admin = redisControlStore({ url: server.url, prefix, ...patient, auditMaxEntries: 5 });
    await admin.change("s", { records: { a: "9" }, entry });
    const head = (await service.read("s"))?.head;
    expect(head).toMatchObject({ kept: 5, trimmed: 4 });
    expect(verifyAudit(await service.audit("s"), head?.from)).toEqual({ intact: true, head: head?.digest });
  });

  it.each(["hdel", "hset", "xadd", "xlen", "xrange"])(
    "a user without the right to %s is refused before anything is written, and told which",
    async (right) => {
      another();
      const prefix = `test${count}`;
      const user = `poor-${right}`;
      await say(server, "ACL", "SETUSER", user, "on", ">pass", `~${prefix}:*`, `&${prefix}:*`, "+@all", `-${right}`);
      const url = server.url.replace("redis://", `redis://${user}:pass@`);
      await using store = redisControlStore({ url, prefix, ...patient });
      const refused = store.change("s", { records: { a: "1" }, entry });
      await expect(refused).rejects.toMatchObject({
        code: "STORE_UNAVAILABLE",
        message: expect.stringMatching(new RegExp(`no right to ${right}|NOPERM`, "i")),
      });
      await using redis = direct();
      expect(await redis.keys(`${prefix}:*`)).toEqual([]);
    },
  );

  it("a lack of rights is told each time, and is not taken for an outage", async () => {
    another();
    const prefix = `test${count}`;
    await say(server, "ACL", "SETUSER", "blind", "on", ">pass", `~${prefix}:*`, `&${prefix}:*`, "+@all", "-hgetall");
    const url = server.url.replace("redis://", "redis://blind:pass@");
    await using store = redisControlStore({ url, prefix, ...patient });
    await using admin = redisControlStore({ url: server.url, prefix, ...patient });
    await admin.change("s", { records: { a: "1" }, entry });
    for (let n = 0; n < 2; n += 1)
      await expect(store.read("s")).rejects.toMatchObject({
        code: "STORE_UNAVAILABLE",
        message: expect.stringContaining("sluice doctor says which is missing"),
      });
    // What it may do goes on.
    expect(await store.audit("s")).toHaveLength(1);
  });

  it("trims nothing while somebody pages through the audit, within twice its bound", async () => {
    another();
    await using store = redisControlStore({ url: server.url, prefix: `test${count}`, ...patient, auditMaxEntries: 5 });
    for (let n = 0; n < 5; n += 1) await store.change("s", { records: {}, entry });
    expect(await store.audit("s", { count: 2 })).toHaveLength(2);
    for (let n = 0; n < 5; n += 1) await store.change("s", { records: {}, entry });
    expect((await store.read("s"))?.head).toMatchObject({ kept: 10, trimmed: 0 });
    await store.change("s", { records: {}, entry });
    expect((await store.read("s"))?.head).toMatchObject({ kept: 5, trimmed: 6 });
  });

  it("refuses options that are out of range", () => {
    const { url } = server;
    for (const wrong of [
      { changeTimeoutMs: 0 },
      { auditMaxEntries: 0 },
      { auditMaxAgeMs: 1 },
      { confirm: { replicas: 0, withinMs: 10 } },
      { confirm: { replicas: 1, withinMs: Number.NaN } },
      { prefix: "a b" },
    ])
      expect(() => redisControlStore({ url, ...wrong })).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  });
});

class Disposable extends Redis implements AsyncDisposable {
  async [Symbol.asyncDispose](): Promise<void> {
    this.disconnect();
  }
}

function direct(): Disposable {
  return new Disposable(server.url);
}
