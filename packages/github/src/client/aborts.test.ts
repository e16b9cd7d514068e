import { createFakeClock } from "@sluice/core/testing";
import { DeadlineExceededError, LimitExceededError, withCallOptions } from "@sluice/core";
import { describe, expect, it } from "vitest";
import { factory, kinds, plain, rejection } from "../test-support/clients.test-support.js";
import { type LocalServer, startServer } from "../test-support/server.test-support.js";

const reason = new Error("the user went away");
const one = { resources: { core: { kind: "tokenBucket", refillRate: 0.001, burst: 1 } } } as const;

describe.each(kinds)("%s, in flight:", (_name, make) => {
  it.each([
    [
      "request.signal",
      (client: ReturnType<typeof plain>, signal: AbortSignal) => client.request("GET /x", { request: { signal } }),
    ],
    [
      "a method's",
      (client: ReturnType<typeof plain>, signal: AbortSignal) =>
        client.rest.repos.get({ owner: "o", repo: "r", request: { signal } }),
    ],
    [
      "GraphQL's",
      (client: ReturnType<typeof plain>, signal: AbortSignal) => client.graphql("{ a }", { request: { signal } }),
    ],
    [
      "that of all pages",
      (client: ReturnType<typeof plain>, signal: AbortSignal) => client.paginate("GET /x", { request: { signal } }),
    ],
    [
      "that of what surrounds the call",
      (client: ReturnType<typeof plain>, signal: AbortSignal) =>
        withCallOptions({ signal }, () => client.request("GET /x")),
    ],
  ])("an abort by %s signal rejects with the caller's reason", async (_how, call) => {
    const server = await startServer(() => ({ action: "hang" }));
    const controller = new AbortController();
    const settled = rejection(call(make(server.origin), controller.signal));
    await expect.poll(() => server.received.length, { timeout: 10_000 }).toBe(1);
    controller.abort(reason);
    expect(await settled).toBe(reason);
    expect(Object.keys(reason)).toEqual([]);
  });

  it("an abort between pages stops them", async () => {
    const controller = new AbortController();
    const server: LocalServer = await startServer(() => {
      controller.abort(reason);
      return { body: [1], headers: { link: `<${server.origin}/x?page=2>; rel="next"` } };
    });
    const settled = make(server.origin).paginate("GET /x", { request: { signal: controller.signal } });
    expect(await rejection(settled)).toBe(reason);
    expect(server.received).toHaveLength(1);
  });

  it("who has aborted already sends nothing", async () => {
    const server = await startServer();
    const signal = AbortSignal.abort(reason);
    expect(await rejection(make(server.origin).request("GET /x", { request: { signal } }))).toBe(reason);
    expect(server.received).toHaveLength(0);
  });

  it("a signal of one call does not touch the next", async () => {
    const server = await startServer();
    const client = make(server.origin);
    const controller = new AbortController();
    await client.request("GET /x", { request: { signal: controller.signal } });
    controller.abort(reason);
    await expect(client.request("GET /x")).resolves.toMatchObject({ status: 200 });
    expect(client.request.endpoint.DEFAULTS.request).not.toHaveProperty("signal");
  });
});

describe("while waiting for a limit", () => {
  it("an abort rejects with the caller's reason, and takes nothing", async () => {
    const server = await startServer();
    const client = factory(server.origin, { quota: one, timeoutMs: 5_000_000 });
    await client.request("GET /x");
    const controller = new AbortController();
    const settled = rejection(client.request("GET /x", { request: { signal: controller.signal } }));
    setImmediate(() => controller.abort(reason));
    expect(await settled).toBe(reason);
    expect(server.received).toHaveLength(1);
  });

  it("a wait that cannot end in time is refused at once", async () => {
    const server = await startServer();
    const client = factory(server.origin, { quota: one });
    await client.request("GET /x");
    const error = await rejection(client.request("GET /x"));
    expect(error).toBeInstanceOf(LimitExceededError);
    expect(error).toMatchObject({ provider: "github", retryAfterMs: expect.any(Number) as number });
    expect(server.received).toHaveLength(1);
  });

  it("what was taken goes back when a hook stops the request", async () => {
    const server = await startServer();
    let stop = true;
    const before = (): void => {
      if (stop) throw reason;
    };
    const client = factory(server.origin, { quota: one, hooks: [{ name: "stop", before }] });
    expect(await rejection(client.request("GET /x"))).toBe(reason);
    stop = false;
    await expect(client.request("GET /x")).resolves.toMatchObject({ status: 200 });
  });
});

it("the deadline ends a call in flight", async () => {
  const server = await startServer(() => ({ action: "hang" }));
  const clock = createFakeClock();
  const settled = rejection(factory(server.origin, { clock, timeoutMs: 1000 }).request("GET /x"));
  await expect.poll(() => server.received.length, { timeout: 10_000 }).toBe(1);
  await clock.advance(1001);
  const error = await settled;
  expect(error).toBeInstanceOf(DeadlineExceededError);
  expect(error.message).toContain("1000 ms");
});

it("so does one that surrounds the call", async () => {
  const server = await startServer(() => ({ action: "hang" }));
  const settled = withCallOptions({ timeoutMs: 30 }, () => factory(server.origin).request("GET /x"));
  expect(await rejection(settled)).toBeInstanceOf(DeadlineExceededError);
});

it("a plain client has no deadline of its own", async () => {
  const server = await startServer(async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    return {};
  });
  await expect(plain(server.origin).request("GET /x")).resolves.toMatchObject({ status: 200 });
});
