import { startRedisServer } from "@sluice/test/redis-server";
import { startTcpProxy } from "@sluice/test/tcp-proxy";
import { Redis } from "ioredis";
import { expect, it } from "vitest";
import type { ControlStoreEvent } from "./options.js";
import { redisControlStore } from "./redis-control-store.js";

const entry = { action: "test.write", subject: "s", author: "tester" };
/** For whoever does not look for an outage: a busy machine is none. */
const PATIENT_MS = 5000;

it("refuses while Redis is away, soon and then at once, says so once, and goes on by itself", async () => {
  await using server = await startRedisServer();
  const events: ControlStoreEvent[] = [];
  const onEvent = (event: ControlStoreEvent): void => void events.push(event);
  await using store = redisControlStore({ url: server.url, commandTimeoutMs: PATIENT_MS, onEvent });
  await store.change("s", { records: { a: "1" }, entry });
  await server.kill();
  for (const act of [
    () => store.read("s"),
    () => store.change("s", { records: { a: "2" }, entry }),
    () => store.audit("s"),
  ])
    await expect(act()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  const tookMs: number[] = [];
  for (let n = 0; n < 100; n += 1) {
    const startedMs = performance.now();
    const settled = await store.change("s", { records: { a: "2" }, entry }).catch(() => "refused");
    tookMs.push(performance.now() - startedMs);
    expect(settled).toBe("refused");
  }
  // No call waits for the network; the machine may stall one of them.
  expect(tookMs.toSorted((one, other) => one - other)[90]).toBeLessThan(5);
  expect(events.map(({ type }) => type)).toEqual(["control-store-down"]);
  await server.restart();
  await expect.poll(() => store.read("s").catch(() => undefined), { timeout: 10_000 }).toMatchObject({ version: 0 });
  expect(await store.change("s", { records: { a: "3" }, entry })).toMatchObject({ version: 1 });
  expect(events.map(({ type }) => type)).toEqual(["control-store-down", "control-store-up"]);
});

it("a change that a frozen Redis finds after its time does nothing", async () => {
  await using server = await startRedisServer();
  await using patient = redisControlStore({ url: server.url, commandTimeoutMs: PATIENT_MS });
  await patient.change("s", { records: { a: "1" }, entry });
  await using store = redisControlStore({ url: server.url, commandTimeoutMs: 200 });
  await expect.poll(() => store.read("s").catch(() => undefined), { timeout: 10_000 }).toMatchObject({ version: 1 });
  server.pause();
  await expect(store.change("s", { records: { a: "2" }, entry })).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  await new Promise((resolve) => setTimeout(resolve, 100));
  server.resume();
  await expect.poll(() => store.read("s").catch(() => undefined), { timeout: 10_000 }).toMatchObject({ version: 1 });
});

it("a change whose answer is lost is never made twice", async () => {
  await using server = await startRedisServer();
  await using proxy = await startTcpProxy({ targetPort: server.port });
  await using store = redisControlStore({ url: proxy.url, commandTimeoutMs: PATIENT_MS });
  await store.change("s", { records: { a: "1" }, entry });
  const cut = proxy.cutAfterRequest();
  await expect(store.change("s", { records: { a: "2" }, entry })).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  await cut;
  await expect.poll(() => store.read("s").catch(() => undefined), { timeout: 10_000 }).toMatchObject({ version: 2 });
  expect(await store.change("s", { records: { a: "3" }, entry })).toMatchObject({ version: 3 });
});

it("uses a client of the user's, leaves it open, and shows no password in errors", async () => {
  await using server = await startRedisServer({ password: "s3cret-marker" });
  const client = new Redis(server.url);
  const store = redisControlStore({ client, commandTimeoutMs: PATIENT_MS, confirm: { replicas: 1, withinMs: 20 } });
  expect(await store.change("s", { records: { a: "1" }, entry })).toMatchObject({ version: 1, confirmed: false });
  await store.close();
  expect(await client.ping()).toBe("PONG");
  client.disconnect();
  await using wrong = redisControlStore({ url: server.url.replace("s3cret", "wr0ng-s3cret") });
  const error: unknown = await wrong.read("s").catch((failure: unknown) => failure);
  expect(String(Object(error).stack)).not.toContain("marker");
});
