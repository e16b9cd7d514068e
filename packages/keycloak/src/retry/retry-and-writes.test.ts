import { NetworkError } from "@keycloak/keycloak-admin-client";
import { describe, expect, it } from "vitest";
import { accessToken, factory, kinds, recorder, rejection, wide } from "../test-support/clients.test-support.js";
import { inOrder, type Reply, startServer } from "../test-support/server.test-support.js";

const quick = { retry: { baseMs: 1, capMs: 2 }, accessToken, quota: wide } as const;
const throttled: Reply = { status: 429, headers: { "retry-after": "0" }, body: { error: "slow down" } };

describe("a read", () => {
  it.each<[string, Reply]>([
    ["a 500", { status: 500 }],
    ["a 503", { status: 503 }],
    ["a 429", throttled],
    ["a connection that is cut", { action: "drop" }],
    ["a body that is cut", { action: "cut", body: [{ realm: "x".repeat(100) }] }],
  ])("is repeated after %s", async (_what, reply) => {
    const server = await startServer(inOrder(reply, { body: [{ realm: "r" }] }));
    expect(await factory(server.url, quick).realms.find()).toEqual([{ realm: "r" }]);
    expect(server.received).toHaveLength(2);
  });

  it("is not repeated after an answer that would be the same again", async () => {
    const server = await startServer(inOrder({ status: 403 }, {}));
    await rejection(factory(server.url, quick).realms.find());
    expect(server.received).toHaveLength(1);
  });
});

describe("a write", () => {
  it.each<[string, Reply]>([
    ["a 500", { status: 500 }],
    ["a 503", { status: 503 }],
    ["a connection that is cut", { action: "drop" }],
  ])("is not repeated after %s, which leaves its outcome unclear", async (_what, reply) => {
    const server = await startServer(() => reply);
    const api = factory(server.url, { ...quick, breaker: false });
    await rejection(api.realms.create({ realm: "r" }));
    await rejection(api.realms.update({ realm: "r" }, {}));
    await rejection(api.realms.del({ realm: "r" }));
    expect(server.received.map(({ method }) => method)).toEqual(["POST", "PUT", "DELETE"]);
  });

  it("is repeated after a 429, which says that it was not processed", async () => {
    const server = await startServer(inOrder(throttled, {}));
    expect(await factory(server.url, quick).realms.create({ realm: "r" })).toEqual({ realmName: "new-id" });
    expect(server.received.map(({ body }) => String(body))).toEqual(['{"realm":"r"}', '{"realm":"r"}']);
  });

  it("is repeated when there was no connection, so that nothing was sent", async () => {
    const server = await startServer();
    await server[Symbol.asyncDispose]();
    const seen = recorder();
    await rejection(
      factory(server.url, {
        ...quick,
        breaker: false,
        hooks: seen.hooks,
        retry: { baseMs: 1, capMs: 1, maxRetries: 2 },
      }).realms.del({ realm: "r" }),
    );
    expect(seen.attempts).toHaveLength(3);
  });
});

describe("the v2 API, whose client repeats requests by itself", () => {
  it("does not when the client is the factory's: ours are the only repetitions, each through the chain", async () => {
    const server = await startServer(inOrder(throttled, throttled, { body: [{ clientId: "c" }] }));
    const seen = recorder();
    const api = factory(server.url, { ...quick, enableExperimentalApis: true, hooks: seen.hooks });
    expect(await api.clients.v2().get()).toMatchObject([{ clientId: "c" }]);
    expect([seen.calls.length, seen.attempts.length, server.received.length]).toEqual([1, 3, 3]);
    expect(server.received.flatMap(({ headers }) => headers.filter(([name]) => /^retry/i.test(name)))).toEqual([]);
  });

  it("comes out with its own error when ours are used up, the user's request options kept", async () => {
    const server = await startServer(() => throttled);
    const api = factory(server.url, { ...quick, enableExperimentalApis: true, retry: { maxRetries: 1, baseMs: 1 } });
    const error = await rejection(
      api.clients
        .v2()
        .byId("c")
        .patch({}, { headers: { "X-A": "1" } }),
    );
    expect([error.name, error["responseStatusCode"]]).toEqual(["Error", 429]);
    expect(
      server.received.map(({ method, headers }) => [method, headers.find(([name]) => name === "x-a")?.[1]]),
    ).toEqual([
      ["PATCH", "1"],
      ["PATCH", "1"],
    ]);
  });

  it("goes on to do so in a plain client, each repetition an attempt of the one call", async () => {
    const server = await startServer(inOrder({ status: 503, headers: { "retry-after": "0" } }, { body: [] }));
    const seen = recorder();
    await kinds[1]?.[1](server.url, { hooks: seen.hooks }).clients.v2().get();
    expect([seen.calls.length, seen.attempts.length, server.received.length]).toEqual([1, 2, 2]);
    expect(new Set(seen.attempts.map(({ id }) => id))).toEqual(new Set([seen.calls[0]?.id]));
  });
});

it("the last answer's own error comes out, with its response", async () => {
  const server = await startServer(() => ({ status: 500, body: { error: "unknown_error" } }));
  const error = await rejection(factory(server.url, { ...quick, retry: { maxRetries: 1, baseMs: 1 } }).realms.find());
  expect(error).toBeInstanceOf(NetworkError);
  expect([error.message, (error as unknown as NetworkError).response.url]).toEqual([
    "unknown_error",
    `${server.url}/admin/realms/`,
  ]);
});
