import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { factory, ours, recorder } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";

const original = globalThis.fetch;
afterEach(() => void (globalThis.fetch = original));

describe.each(ours)("the fetch of %s", (_name, make) => {
  it("stands in the global's place while calls are on their way, and then no more", async () => {
    const seen: boolean[] = [];
    const server = await startServer(() => void seen.push(globalThis.fetch === original));
    const client = make(server.url);
    expect(globalThis.fetch).toBe(original);
    await Promise.all([client.realms.find(), client.users.find()]);
    expect(seen).toEqual([false, false]);
    expect(globalThis.fetch).toBe(original);
    server[Symbol.asyncDispose]();
    await client.realms.find().catch(() => {});
    expect(globalThis.fetch).toBe(original);
  });

  it("leaves everybody else's requests alone meanwhile", async () => {
    const server = await startServer(async ({ path }) => (path === "/mine" ? { body: { mine: true } } : pause(50, {})));
    const seen = recorder();
    const busy = make(server.url, { hooks: seen.hooks }).realms.find();
    await pause(10);
    expect(globalThis.fetch).not.toBe(original);
    expect(await (await fetch(`${server.url}/mine`)).json()).toEqual({ mine: true });
    await busy;
    expect(seen.attempts).toHaveLength(1);
  });

  it("keeps the requests of a user's hook out of the call it belongs to", async () => {
    const server = await startServer();
    const seen = recorder();
    const ask = { name: "ask", before: async () => void (await fetch(`${server.url}/from-the-hook`)) };
    await make(server.url, { hooks: [...seen.hooks, ask] }).realms.find();
    expect(seen.attempts).toHaveLength(1);
    expect(server.received.map(({ path }) => path)).toEqual(["/from-the-hook", "/admin/realms/"]);
  });

  it("keeps the requests of a user's token provider out of it too", async () => {
    const server = await startServer();
    const seen = recorder();
    const client = make(server.url, { hooks: seen.hooks });
    client.registerTokenProvider({
      getAccessToken: async () => {
        await fetch(`${server.url}/from-the-provider`);
        return "provided";
      },
    });
    await client.realms.find();
    expect(seen.attempts).toHaveLength(1);
    expect(server.received.map(({ path, bearer }) => [path, bearer])).toEqual([
      ["/from-the-provider", undefined],
      ["/admin/realms/", "provided"],
    ]);
  });

  it("sends by whatever fetch is there at the moment of sending", async () => {
    const server = await startServer();
    const paths: string[] = [];
    const client = make(server.url);
    globalThis.fetch = (input, init) => (paths.push(new URL(String(input)).pathname), original(input, init));
    const theirs = globalThis.fetch;
    await client.realms.find();
    await client.clients.v2().get();
    expect(paths).toEqual(["/admin/realms/", "/admin/api/master/clients/v2"]);
    expect(globalThis.fetch).toBe(theirs);
  });

  it("sees its requests though somebody puts a fetch in its place while calls are on their way", async () => {
    const server = await startServer(() => pause(30, {}));
    const seen = recorder();
    const client = make(server.url, { hooks: seen.hooks });
    const first = client.realms.find();
    await pause(10);
    const between = globalThis.fetch;
    globalThis.fetch = (input, init) => between(input, init);
    const theirs = globalThis.fetch;
    await Promise.all([first, client.users.find()]);
    expect(seen.attempts.map(({ operation }) => operation)).toEqual(["realms.find", "users.find"]);
    expect(globalThis.fetch).toBe(theirs);
    await client.groups.find();
    expect([seen.attempts.length, globalThis.fetch === theirs]).toEqual([3, true]);
  });
});

it("sees a request though somebody puts in their own fetch while its token is fetched", async () => {
  const server = await startServer();
  const seen = recorder();
  const client = factory(server.url, { hooks: seen.hooks, accessToken: "t" });
  const getAccessToken = async (): Promise<string> => {
    globalThis.fetch = (input, init) => original(input, init);
    return "provided";
  };
  client.registerTokenProvider({ getAccessToken });
  await client.realms.find();
  expect([seen.attempts.length, server.received.length]).toEqual([1, 1]);
});

it("what somebody saved of ours and puts back later passes everything through, and does not pile up", async () => {
  const server = await startServer(() => pause(20, {}));
  const seen = recorder();
  const client = factory(server.url, { hooks: seen.hooks, accessToken: "t" });
  for (let round = 0; round < 5; round += 1) {
    const busy = client.realms.find();
    await expect.poll(() => globalThis.fetch !== original, { interval: 1, timeout: 10_000 }).toBe(true);
    const saved = globalThis.fetch;
    await busy;
    globalThis.fetch = saved;
    expect((await fetch(`${server.url}/mine`)).status).toBe(200);
    expect(seen.attempts).toHaveLength(2 * round + 1);
    await client.users.find();
    expect(seen.attempts).toHaveLength(2 * round + 2);
    expect(globalThis.fetch).toBe(original);
  }
});

it("works where the global is an accessor", async () => {
  const server = await startServer();
  const before = Object.getOwnPropertyDescriptor(globalThis, "fetch") as PropertyDescriptor;
  const get = (): typeof fetch => original;
  Object.defineProperty(globalThis, "fetch", { get, configurable: true, enumerable: true });
  try {
    expect(await factory(server.url, { accessToken: "t" }).realms.find()).toEqual([]);
    expect(Object.getOwnPropertyDescriptor(globalThis, "fetch")?.get).toBe(get);
  } finally {
    Object.defineProperty(globalThis, "fetch", before);
  }
});

it("two clients at the same time each see their own", async () => {
  const server = await startServer(() => pause(5, {}));
  const [one, other] = [recorder(), recorder()];
  const [first, second] = [
    factory(server.url, { hooks: one.hooks, accessToken: "t" }),
    factory(server.url, { hooks: other.hooks, accessToken: "u" }),
  ];
  await Promise.all([first.realms.find(), second.users.find(), first.groups.find()]);
  expect(one.attempts.map(({ operation }) => operation).toSorted()).toEqual(["groups.find", "realms.find"]);
  expect(other.attempts.map(({ operation }) => operation)).toEqual(["users.find"]);
});
