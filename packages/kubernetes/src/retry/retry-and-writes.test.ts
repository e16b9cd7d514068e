import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ApiException, CoreV1Api, FetchError } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { client, rejection } from "../test-support/clients.test-support.js";
import { inOrder, type Reply, startServer, statusReply } from "../test-support/server.test-support.js";

const retry = { baseMs: 0 } as const;
const ok: Reply = {};
const body = { metadata: { name: "a" } };
const calls = {
  read: (core: CoreV1Api) => core.readNode({ name: "n" }),
  create: (core: CoreV1Api) => core.createNamespacedConfigMap({ namespace: "ns", body }),
  replace: (core: CoreV1Api) => core.replaceNamespacedConfigMap({ name: "a", namespace: "ns", body }),
  patch: (core: CoreV1Api) => core.patchNamespacedConfigMap({ name: "a", namespace: "ns", body }),
  remove: (core: CoreV1Api) => core.deleteNamespacedConfigMap({ name: "a", namespace: "ns" }),
};
const names = Object.keys(calls) as (keyof typeof calls)[];
const writes = names.filter((name) => name !== "read");

async function attempts(first: Reply, name: keyof typeof calls): Promise<number> {
  const server = await startServer(inOrder(first, ok));
  await calls[name](client(server.origin, { retry }).client(CoreV1Api)).catch(() => {});
  return server.received.length;
}

describe("what the server has not processed", () => {
  it.each(names)("a %s is sent again after a 429", async (name) => {
    expect(await attempts(statusReply(429, "TooManyRequests", { "retry-after": "0" }), name)).toBe(2);
  });

  it.each(names)("a %s is sent again after a 503 that says when, as client-go does", async (name) => {
    expect(await attempts(statusReply(503, "ServiceUnavailable", { "retry-after": "0" }), name)).toBe(2);
  });
});

describe("what may have had its effect", () => {
  const unclear: readonly (readonly [string, Reply])[] = [
    ["a 500", statusReply(500, "InternalError")],
    ["a 500 that says when", statusReply(500, "ServerTimeout", { "retry-after": "0" })],
    ["a 503 that does not", statusReply(503, "ServiceUnavailable")],
    ["a 504", statusReply(504, "Timeout", { "retry-after": "0" })],
    ["a cut connection", { action: "drop" }],
    ["a cut body", { action: "cut", body: { kind: "Node", metadata: { name: "a-long-name-for-a-node" } } }],
  ];

  it.each(unclear)("is read again after %s", async (_what, reply) => {
    expect(await attempts(reply, "read")).toBe(2);
  });

  it.each(unclear.flatMap(([what, reply]) => writes.map((name) => [name, what, reply] as const)))(
    "a %s is not sent again after %s",
    async (name, _what, reply) => {
      expect(await attempts(reply, name)).toBe(1);
    },
  );
});

it.each([400, 401, 403, 404, 409, 410, 422])("a %s is an answer", async (status) => {
  expect(await attempts(statusReply(status, "No"), "read")).toBe(1);
});

it("a body that is cut short fails the call, which waits for ever in the SDK alone", async () => {
  const server = await startServer(() => ({ action: "cut", body: { metadata: { name: "a-long-name-for-a-node" } } }));
  const error = await rejection(client(server.origin, { retry: false }).client(CoreV1Api).readNode({ name: "n" }));
  expect(error).toBeInstanceOf(FetchError);
  expect(error).toMatchObject({ code: "ERR_STREAM_PREMATURE_CLOSE" });
});

it("a redirect is followed as before, whatever becomes of its own body", async () => {
  const server = await startServer(({ path }) =>
    path === "/api/v1/nodes/n"
      ? { status: 307, headers: { location: "/api/v1/nodes/m" }, body: "x".repeat(200_000) }
      : { body: { metadata: { name: "m" } } },
  );
  const node = await client(server.origin, { retry: false }).client(CoreV1Api).readNode({ name: "n" });
  expect(node.metadata?.name).toBe("m");
});

it("errors are the SDK's own, with body and headers", async () => {
  const server = await startServer(() => statusReply(409, "AlreadyExists", { "x-mine": "1" }));
  const error = await rejection(calls.create(client(server.origin).client(CoreV1Api)));
  expect(error).toBeInstanceOf(ApiException);
  expect(error).toMatchObject({ code: 409, headers: { "x-mine": "1" } });
  expect(String(error["body"])).toContain("AlreadyExists");
});

it("a write is sent again when nobody listened", async () => {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  let tries = 0;
  const hooks = [{ name: "seen", before: () => void (tries += 1) }];
  const options = { retry: { baseMs: 0, maxRetries: 2 }, hooks };
  const error = await rejection(calls.create(client(`http://127.0.0.1:${port}`, options).client(CoreV1Api)));
  expect(error).toBeInstanceOf(FetchError);
  expect([error["code"], tries]).toEqual(["ECONNREFUSED", 3]);
});

it("a hook's veto is not repeated, and comes out as it is", async () => {
  const server = await startServer();
  const veto = new Error("not today");
  const hooks = [
    {
      name: "veto",
      before: () => {
        throw veto;
      },
    },
  ];
  expect(await rejection(calls.read(client(server.origin, { hooks, retry }).client(CoreV1Api)))).toBe(veto);
  expect(server.received).toHaveLength(0);
});
