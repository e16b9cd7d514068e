import { createBreaker, createLimiter } from "@sluice/limiter";
import { say, startRedisSentinels, startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  diagnoseRedis,
  redisBreakerStore,
  redisControlStore,
  redisLock,
  redisRights,
  redisStates,
  redisStore,
  type StoreEvent,
} from "../index.js";
import { charge, useAll } from "./use-all.test-support.js";

const everyday = redisRights({ control: true, fleet: true });

/** A server, and a user of it with these rights. */
async function serverWith(rights: readonly string[], args: readonly string[] = []) {
  const server = await startRedisServer({ args });
  const admin = new Redis(server.port, "127.0.0.1");
  onTestFinished(async () => {
    admin.disconnect();
    await server.stop();
  });
  await admin.call("ACL", "SETUSER", "ann", "reset", "on", ">secret", "resetchannels", "-@all", ...rights);
  await admin.call("CONFIG", "RESETSTAT");
  return { server, admin, urlOf: (db: number) => `redis://ann:secret@127.0.0.1:${server.port}/${db}` };
}

/** Commands that the server ran, but for those that make a connection and the test's own. */
async function ran(admin: Redis): Promise<readonly string[]> {
  const all = [
    ...(await admin.info("commandstats")).matchAll(/^cmdstat_([\w|]+):calls=(\d+),.*rejected_calls=(\d+)/gm),
  ];
  const names = all.filter(([, , calls]) => calls !== "0").map(([, name]) => String(name));
  return names.filter((name) => !/^(hello|auth|select|client|acl|config|dbsize|pubsub)\b|^info$/.test(name));
}

/** Waits while connections are made again and again. */
const aFewConnections = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 1500));

/** What a call says that fails. */
async function failureOf(call: () => unknown): Promise<string> {
  return Promise.resolve()
    .then(call)
    .then(
      () => "nothing",
      (error: unknown) => (expect(error).toMatchObject({ code: "STORE_UNAVAILABLE" }), (error as Error).message),
    );
}

const refusals = [
  {
    what: "that the user may not select",
    db: 3,
    rights: everyday,
    args: [],
    says: "refused database 3: NOPERM: grant",
  },
  { what: "that there is not", db: 99, rights: ["+@all", "~*", "&*"], args: [], says: "has no database 99: " },
  {
    what: "of a server that belongs to a cluster",
    db: 3,
    rights: ["+@all", "~*", "&*"],
    args: ["--cluster-enabled", "yes"],
    says: "has no database 3: it belongs to a cluster",
  },
  {
    what: "of a server that speaks the older protocol",
    db: 3,
    rights: everyday,
    args: ["--rename-command", "HELLO", ""],
    says: "refused database 3: NOPERM: grant",
  },
] as const;

describe.each(refusals)("a database $what", { timeout: 60_000 }, ({ db, rights, args, says }) => {
  it("is named in errors and events, and no command goes to another one", async () => {
    const { server, admin, urlOf } = await serverWith(rights, args);
    const url = urlOf(db);
    const events: StoreEvent[] = [];
    await using store = redisStore({ url, onStoreError: "open", onEvent: (event) => events.push(event) });
    await using states = redisStates({ url, commandTimeoutMs: 600 });
    await using lock = redisLock({ url, commandTimeoutMs: 600 });
    await using control = redisControlStore({ url });
    await using confirmed = redisControlStore({ url, confirm: { replicas: 1, withinMs: 100 } });
    await using breakers = redisBreakerStore({ url });
    breakers.onChange("one", () => {});
    control.onChange("policy:default", () => {});
    const breaker = createBreaker({ name: "one", store: breakers });
    onTestFinished(() => breaker.close());
    const limiter = createLimiter({ store });
    onTestFinished(() => limiter.close());

    expect(await failureOf(() => states.load("scope", ["a"]))).toContain(`Redis ${says}`);
    expect(await failureOf(() => lock.run("name", {}, () => 1))).toContain(says);
    const said = await failureOf(() => control.read("policy:default"));
    expect(said).toContain(says);
    expect(said).not.toContain("redisRights({ control");
    const entry = { action: "test.write", subject: "s", author: "tester" };
    expect(await failureOf(() => confirmed.change("s", { records: { a: "1" }, entry }))).toContain(says);
    await expect.poll(() => limiter.tryAcquire(charge).then(() => store.mode), { timeout: 10_000 }).toBe("open");
    expect(events).toMatchObject([
      {
        type: "store-down",
        mode: "open",
        reason: expect.stringContaining(says),
        message: expect.stringContaining(says),
      },
    ]);
    expect(JSON.stringify(events)).not.toContain("secret");
    await breaker.run(async () => 1);
    await aFewConnections();
    expect((await limiter.tryAcquire(charge)).kind).toBe("allowed");
    expect(await ran(admin)).toEqual([]);
    expect(await say(server, "INFO", "keyspace")).not.toContain("db");
  });

  it("is what the diagnosis finds, with what to do", async () => {
    const { urlOf } = await serverWith(rights, args);
    expect(await diagnoseRedis({ url: urlOf(db) })).toEqual([
      {
        check: "database",
        state: "problem",
        found: expect.stringContaining(says.split(": ").slice(0, -1).join(": ")),
        advice: expect.stringMatching(/database/),
      },
    ]);
  });
});

describe("a database that the URL names", { timeout: 60_000 }, () => {
  it("needs one rule more, and no other", async () => {
    const rights = redisRights({ control: true, fleet: true, database: 3 });
    expect(rights.filter((rule) => !everyday.includes(rule))).toEqual(["+select"]);
    expect(redisRights({ control: true, fleet: true, database: 0 })).toEqual(everyday);
    const { admin, urlOf } = await serverWith(rights);
    await using _all = await useAll({ url: urlOf(3) });
    expect(await admin.dbsize()).toBe(0);
    expect(await ran(admin)).toEqual(expect.arrayContaining(["evalsha", "subscribe"]));
    const found = await diagnoseRedis({ url: urlOf(3), commandTimeoutMs: 5000 });
    expect(found).toContainEqual({ check: "database", state: "ok", found: "3 can be used", advice: undefined });
    expect(found).toContainEqual(expect.objectContaining({ check: "rights", state: "ok" }));
    expect((await diagnoseRedis({ url: urlOf(0) })).map(({ check }) => check)).not.toContain("database");
  });

  it("is waited for when the right to it is taken away: calls fall back, and go on in it once it is given back", async () => {
    const { server, admin, urlOf } = await serverWith([...everyday, "+select"]);
    const url = urlOf(3);
    const events: StoreEvent[] = [];
    await using store = redisStore({ url, onStoreError: "open", onEvent: (event) => events.push(event) });
    await using breakers = redisBreakerStore({ url });
    const limiter = createLimiter({ store });
    onTestFinished(() => limiter.close());
    const isUp = (): Promise<boolean> => limiter.tryAcquire(charge).then(() => store.mode === "shared");
    breakers.onChange("one", () => {});
    const listening = async (): Promise<number> => ((await admin.pubsub("CHANNELS")) as unknown[]).length;
    await expect.poll(listening, { timeout: 10_000 }).toBeGreaterThan(0);
    await expect.poll(isUp, { timeout: 10_000 }).toBe(true);
    const before = await listening();

    await admin.call("ACL", "SETUSER", "ann", "-select");
    for (const type of ["normal", "pubsub"]) await say(server, "CLIENT", "KILL", "TYPE", type, "SKIPME", "yes");
    await expect.poll(isUp, { timeout: 10_000 }).toBe(false);
    await aFewConnections();
    // The calls had failed before, for want of a connection.
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(["store-down", "store-warning"]));
    expect(events.filter(({ message }) => message.includes("refused database 3: NOPERM")).length).toBeGreaterThan(0);
    expect(await admin.dbsize()).toBe(0);
    expect(await listening()).toBe(0);

    await admin.call("ACL", "SETUSER", "ann", "+select");
    await expect.poll(isUp, { timeout: 10_000 }).toBe(true);
    await expect.poll(listening, { timeout: 10_000 }).toBe(before);
    expect(await admin.dbsize()).toBe(0);
  });

  it("is warned of by the process where nobody listens, once, when a connection was there before", async () => {
    const { server, admin, urlOf } = await serverWith([...everyday, "+select"]);
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on("warning", onWarning);
    onTestFinished(() => void process.off("warning", onWarning));
    await using states = redisStates({ url: urlOf(3) });
    expect(await failureOf(() => states.load("scope", ["a"]))).toBe("nothing");
    await admin.call("ACL", "SETUSER", "ann", "-select");
    await say(server, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    const told = `Redis at 127.0.0.1:${server.port} refused database 3: NOPERM: `;
    await expect.poll(() => warnings.map(({ message }) => message).join(), { timeout: 10_000 }).toContain(told);
    await aFewConnections();
    expect(warnings).toMatchObject([{ code: "SLUICE_STORE" }]);
    expect(await failureOf(() => states.load("scope", ["a"]))).toContain("refused database 3: NOPERM");
  });

  it("has its listeners once it may be selected, those too that asked before", async () => {
    const { admin, urlOf } = await serverWith(everyday);
    await using breakers = redisBreakerStore({ url: urlOf(3) });
    const heard: unknown[] = [];
    breakers.onChange("one", (change) => heard.push(change));
    await aFewConnections();
    expect(await admin.pubsub("CHANNELS")).toEqual([]);
    await admin.call("ACL", "SETUSER", "ann", "+select");
    await expect.poll(() => admin.pubsub("CHANNELS"), { timeout: 10_000 }).toHaveLength(1);
  });

  it("is not what is told of where the login is refused", async () => {
    // Who is refused is the default user meanwhile, who may not select either.
    const { admin, server } = await serverWith(everyday);
    await admin.call("ACL", "SETUSER", "default", "-select");
    await using states = redisStates({ url: `redis://ann:wrong@127.0.0.1:${server.port}/3` });
    expect(await failureOf(() => states.load("scope", ["a"]))).toContain("refused the login: WRONGPASS");
  });

  it("is a client's own matter where one is handed in", async () => {
    const { server, admin } = await serverWith(everyday);
    const client = new Redis({ port: server.port, db: 99, maxRetriesPerRequest: 0 });
    client.on("error", () => {});
    onTestFinished(() => client.disconnect());
    await using states = redisStates({ client });
    await using breakers = redisBreakerStore({ client });
    breakers.onChange("one", () => {});
    expect(await failureOf(() => states.load("scope", ["a"]))).toBe("nothing");
    await expect.poll(() => admin.pubsub("CHANNELS"), { timeout: 10_000 }).toHaveLength(1);
  });

  it("is asked of the primary behind Sentinels alone", async () => {
    await using set = await startRedisSentinels({ replicas: 1 });
    await using states = redisStates({ url: `${set.url}/99`, commandTimeoutMs: 5000 });
    expect(await failureOf(() => states.load("scope", ["a"]))).toContain("has no database 99");
    expect(await say(set.servers[0] as { port: number }, "INFO", "keyspace")).not.toContain("db");
  });
});
