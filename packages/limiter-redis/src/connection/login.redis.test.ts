import { type RedisServer, startRedisCluster, startRedisSentinels, startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { expect, it } from "vitest";
import { redisStates } from "../index.js";
import type { RedisConnectionOptions } from "./options.js";
import { useAll } from "./use-all.test-support.js";

/** What the servers say of our connections: `user=… db=…`, each way once. */
async function logins(servers: readonly { readonly port: number }[], password?: string): Promise<string[]> {
  const found = new Set<string>();
  for (const { port } of servers) {
    const admin = new Redis({ port, ...(password === undefined ? {} : { password }) });
    for (const line of String(await admin.client("LIST")).split("\n")) {
      const [, db] = / db=(\d+)/.exec(line) ?? [];
      const [, user] = / user=(\S+)/.exec(line) ?? [];
      if (line.includes("sluice")) found.add(`user=${user} db=${db}`);
    }
    admin.disconnect();
  }
  return [...found];
}

/** Makes a user of this name, whose password holds characters that a URL does not. */
async function addUser(servers: readonly { readonly port: number }[], name: string, password?: string): Promise<void> {
  for (const { port } of servers) {
    const admin = new Redis({ port, ...(password === undefined ? {} : { password }) });
    await admin.call("ACL", "SETUSER", name, "on", `>${SECRET}`, "~*", "&*", "+@all");
    admin.disconnect();
  }
}

const SECRET = "p@ss/w:rd %?#";
const inUrl = encodeURIComponent(SECRET);

async function refused(options: RedisConnectionOptions): Promise<void> {
  await using states = redisStates(options);
  const error: unknown = await Promise.resolve(states.load("scope", ["a"])).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: "STORE_UNAVAILABLE" });
  expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain(SECRET);
}

it("one server: user, password and database of the URL are used, by the listening connection too", async () => {
  await using server = await startRedisServer();
  await addUser([server], "ann");
  await using _all = await useAll({ url: `redis://ann:${inUrl}@127.0.0.1:${server.port}/3` });
  await expect.poll(() => logins([server]), { timeout: 10_000 }).toEqual(["user=ann db=3"]);
  const admin = new Redis(`${server.url}/3`);
  expect(await admin.dbsize()).toBeGreaterThan(0);
  await admin.select(0);
  expect(await admin.dbsize()).toBe(0);
  admin.disconnect();
  await refused({ url: `redis://ann:${inUrl}x@127.0.0.1:${server.port}/3` });
  await refused({ url: `redis://bob:${inUrl}@127.0.0.1:${server.port}/3` });
});

it("one server: the options go before the URL, and without a login it is refused", async () => {
  await using server = await startRedisServer({ password: SECRET });
  await addUser([server], "ann", SECRET);
  const url = `redis://somebody:else@127.0.0.1:${server.port}`;
  await using _all = await useAll({ url, username: "ann", password: SECRET });
  await expect.poll(() => logins([server], SECRET), { timeout: 10_000 }).toEqual(["user=ann db=0"]);
  await refused({ url: `redis://127.0.0.1:${server.port}` });
});

it("a cluster: user and password are used at every node", { timeout: 60_000 }, async () => {
  await using cluster = await startRedisCluster();
  await addUser(cluster.primaries, "ann");
  await using _all = await useAll({ url: cluster.url.replace("//", `//ann:${inUrl}@`) });
  await expect.poll(() => logins(cluster.primaries), { timeout: 10_000 }).toEqual(["user=ann db=0"]);
  await refused({ url: cluster.url.replace("//", `//ann:${inUrl}x@`) });
});

it("Sentinels: user, password and database are the primary's, sentinelPassword is theirs", async () => {
  await using set = await startRedisSentinels({ replicas: 1 });
  await addUser(set.servers, "ann");
  for (const { port } of set.sentinels) {
    const admin = new Redis(port);
    await admin.call("ACL", "SETUSER", "default", ">watch");
    admin.disconnect();
  }
  const url = `${set.url.replace("//", `//ann:${inUrl}@`)}/2`;
  await using _all = await useAll({ url, sentinelPassword: "watch" });
  const [primary] = set.servers as [RedisServer];
  await expect.poll(() => logins([primary]), { timeout: 10_000 }).toEqual(["user=ann db=2"]);
  await refused({ url });
  await refused({ url, sentinelPassword: "wrong" });
}, 60_000);
