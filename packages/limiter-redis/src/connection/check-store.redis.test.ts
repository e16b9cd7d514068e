import { createLimiter } from "@sluice/limiter";
import { type RedisServer, say, startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { readFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import * as scripts from "../generated/scripts.js";
import { redisRights, redisStates, redisStore, type StoreEvent } from "../index.js";
import { charge, useAll } from "./use-all.test-support.js";

let server: RedisServer;
const warnings: Error[] = [];
const onWarning = (warning: Error): void => void warnings.push(warning);

beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());
beforeEach(() => void process.on("warning", onWarning));
afterEach(async () => {
  process.off("warning", onWarning);
  warnings.splice(0);
  await say(server, "CONFIG", "SET", "maxmemory-policy", "noeviction");
});

/** The URL of a user with these rights. */
async function userWith(rights: readonly string[]): Promise<string> {
  await say(server, "ACL", "SETUSER", "ann", "reset", "on", ">secret", "resetchannels", "-@all", ...rights);
  return server.url.replace("//", "//ann:secret@");
}

/** @param many - as many are waited for; nothing more comes in the moment after. */
async function eventsOf(url: string, many: number): Promise<readonly StoreEvent[]> {
  const events: StoreEvent[] = [];
  await using store = redisStore({ url, onStoreError: "open", onEvent: (event) => events.push(event) });
  const limiter = createLimiter({ store });
  await limiter.tryAcquire(charge);
  await expect.poll(() => events.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(many);
  await new Promise((resolve) => setTimeout(resolve, 60));
  await limiter.close();
  return events;
}

it("finds nothing at a Redis as it should be", async () => {
  expect(await eventsOf(server.url, 0)).toEqual([]);
  expect(warnings).toEqual([]);
});

it("warns of a Redis that evicts: as an event of the store, once", async () => {
  await say(server, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
  const events = await eventsOf(server.url, 1);
  expect(events).toEqual([{ type: "store-warning", message: expect.stringMatching(/allkeys-lru.*noeviction/) }]);
  expect(warnings).toEqual([]);
});

it("warns by the process where nobody listens, once for all that share the connection", async () => {
  await say(server, "CONFIG", "SET", "maxmemory-policy", "volatile-ttl");
  await using _all = await useAll({ url: server.url });
  await using _states = redisStates({ url: server.url });
  await expect
    .poll(() => warnings, { timeout: 10_000 })
    .toMatchObject([{ code: "SLUICE_STORE", name: "SluiceWarning" }]);
});

it("warns of a client of the user's that resends, since one call may then take its tokens twice", async () => {
  for (const [options, warned] of [
    [{}, 1],
    [{ maxRetriesPerRequest: 0 }, 0],
    [{ autoResendUnfulfilledCommands: false }, 0],
  ] as const) {
    const client = new Redis(server.url, options);
    const events: StoreEvent[] = [];
    await using store = redisStore({ client, onEvent: (event) => events.push(event) });
    await createLimiter({ store }).tryAcquire(charge);
    await expect.poll(() => events.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(warned);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(events).toHaveLength(warned);
    if (warned > 0) expect(events).toMatchObject([{ message: expect.stringContaining("maxRetriesPerRequest") }]);
    client.disconnect();
  }
});

it("names the rights that a user lacks, at once and in one text", async () => {
  const rights = redisRights().filter((rule) => !["+zrem", "+publish"].includes(rule));
  const events = await eventsOf(await userWith(rights), 1);
  expect(events).toMatchObject([{ type: "store-warning", message: expect.stringContaining(" +publish +zrem. ") }]);
  expect(JSON.stringify(events)).not.toContain("secret");
});

it("lists every command of the scripts, and so does the README", async () => {
  // Those of the control store are for whoever may change policies.
  const everyday = Object.values(scripts).filter(({ name }) => !name.startsWith("control-"));
  const used = everyday.flatMap(({ source }) =>
    [...source.matchAll(/redis\.p?call\("([A-Z]+)"/g)].map(([, command]) => `+${command?.toLowerCase()}`),
  );
  expect(redisRights()).toEqual(expect.arrayContaining([...new Set(used)]));
  const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  for (const rule of redisRights({ cluster: true })) expect(readme.split(/[\s`]+/)).toContain(rule);
});
