import { RequestError } from "@octokit/request-error";
import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { factory, plain, rejection, sdk } from "../test-support/clients.test-support.js";
import { inOrder, type Reply, silentPort, startServer } from "../test-support/server.test-support.js";

const secondary: Reply = {
  status: 403,
  headers: { "retry-after": "0" },
  body: { message: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again." },
};
const limited: Reply = {
  status: 200,
  headers: { "retry-after": "0", "x-ratelimit-remaining": "7" },
  body: { data: null, errors: [{ type: "RATE_LIMITED", message: "API rate limit exceeded" }] },
};

describe("in a factory", () => {
  it.each([
    ["429", { status: 429, headers: { "retry-after": "0" }, body: { message: "Too many" } }],
    ["403 with words about a secondary limit", secondary],
    ["403 with a Retry-After", { status: 403, headers: { "retry-after": "0" }, body: { message: "Slow down" } }],
  ])("a write refused with %s is repeated: it was not processed", async (_what, refusal) => {
    const server = await startServer(inOrder(refusal, { status: 201, body: { id: 1 } }));
    const { data } = await factory(server.origin).rest.issues.create({ owner: "o", repo: "r", title: "t" });
    expect(data).toEqual({ id: 1 });
    expect(server.received).toHaveLength(2);
    expect(server.received[1]).toEqual(server.received[0]);
  });

  it("a GraphQL limit that comes as a 200 is repeated, mutations too", async () => {
    const server = await startServer(inOrder(limited, { body: { data: { ok: 1 } } }));
    expect(await factory(server.origin).graphql("mutation { addStar { a } }")).toEqual({ ok: 1 });
    expect(server.received).toHaveLength(2);
  });

  it("what stays limited comes out as the SDK's own error", async () => {
    const server = await startServer(() => limited);
    const error = await rejection(factory(server.origin, { retry: false }).graphql("{ a }"));
    const own = await rejection(sdk(server.origin).graphql("{ a }"));
    expect(own.name).toBe("GraphqlResponseError");
    expect(error).toBeInstanceOf(own.constructor);
    const other = await startServer(() => secondary);
    expect(await rejection(factory(other.origin, { retry: false }).request("GET /x"))).toBeInstanceOf(RequestError);
  });

  it.each([500, 502, 503])("a read is repeated after %d, a write is not", async (status) => {
    const server = await startServer(inOrder({ status, body: { message: "Oops" } }, {}));
    await factory(server.origin).request("GET /x");
    expect(server.received).toHaveLength(2);
    const other = await startServer(inOrder({ status, body: { message: "Oops" } }, {}));
    expect(await rejection(factory(other.origin).request("POST /x"))).toMatchObject({ status });
    expect(other.received).toHaveLength(1);
  });

  it("a query is a read, though it is a POST", async () => {
    const server = await startServer(inOrder({ status: 502, body: "bad" }, { body: { data: { a: 1 } } }));
    expect(await factory(server.origin).graphql("{ a }")).toEqual({ a: 1 });
    const other = await startServer(inOrder({ status: 502, body: "bad" }, { body: { data: { a: 1 } } }));
    await rejection(factory(other.origin).graphql("mutation { a }"));
    expect([server.received.length, other.received.length]).toEqual([2, 1]);
  });

  it.each([403, 404, 422, 401])("%d is final", async (status) => {
    const server = await startServer(() => ({ status, body: { message: "No" } }));
    const error = await rejection(factory(server.origin).request("GET /x"));
    expect(error).toBeInstanceOf(RequestError);
    expect(error["status"]).toBe(status);
    expect(server.received).toHaveLength(1);
  });

  it("a connection that is cut before the answer is made anew for reads alone", async () => {
    const server = await startServer(inOrder({ action: "drop" }, {}));
    await factory(server.origin).request("GET /x");
    const other = await startServer(inOrder({ action: "drop" }, {}));
    expect(await rejection(factory(other.origin).request("DELETE /x"))).toBeInstanceOf(RequestError);
    expect([server.received.length, other.received.length]).toEqual([2, 1]);
  });

  it("a write is repeated when nothing was sent", async () => {
    const port = await silentPort();
    let tries = 0;
    const error = await rejection(
      factory(`http://127.0.0.1:${port}`, {
        retry: { maxRetries: 2, baseMs: 1, onRetry: () => void (tries += 1) },
      }).request("POST /x"),
    );
    expect(error).toBeInstanceOf(RequestError);
    expect(tries).toBe(2);
  });

  it("a stream is sent once", async () => {
    const server = await startServer(inOrder({ status: 429, headers: { "retry-after": "0" } }, {}));
    const data = new Blob(["some bytes"]).stream();
    const error = await rejection(
      factory(server.origin).request("POST /x", { data, headers: { "content-type": "text/plain" } }),
    );
    expect(error["status"]).toBe(429);
    expect(server.received).toHaveLength(1);
  });

  it("a hook's veto is not repeated, and comes out as it is", async () => {
    const server = await startServer();
    const veto = new Error("not on a Friday");
    let asked = 0;
    const before = (): never => {
      asked += 1;
      throw veto;
    };
    const client = factory(server.origin, { hooks: [{ name: "veto", before }] });
    expect(await rejection(client.request("GET /x"))).toBe(veto);
    expect([asked, server.received.length]).toEqual([1, 0]);
  });
});

it("a plain client repeats nothing, as Octokit does not", async () => {
  const server = await startServer(() => ({ status: 503, body: {} }));
  await rejection(plain(server.origin).request("GET /x"));
  expect(server.received).toHaveLength(1);
});

it.each([
  ["a 403", secondary],
  ["a 200 of GraphQL", limited],
])("%s that refuses for its rate is `throttled` in the metrics", async (_what, refusal) => {
  const server = await startServer(() => refusal);
  const registry = new Registry();
  await rejection(factory(server.origin, { registry, retry: false }).graphql("{ a }"));
  const metrics = await registry.metrics();
  expect(metrics).toMatch(
    /sluice_api_requests_total\{[^}]*operation="POST \/graphql"[^}]*outcome="throttled"[^}]*\} 1/,
  );
});

it("the chain of a factory prints its order, and that of a plain client has nothing that waits", () => {
  const order = factory("http://127.0.0.1:1", { breaker: true, hooks: [{ name: "mine", after: () => {} }] });
  expect(order.hooks.list("attempt").map(({ name }) => name)).toEqual([
    "retry",
    "metrics",
    "breaker",
    "rate-limit",
    "mine",
  ]);
  expect(
    plain("http://127.0.0.1:1")
      .hooks.list("attempt")
      .map(({ name }) => name),
  ).toEqual(["metrics"]);
});
