import { CoreV1Api, KubernetesObjectApi } from "@kubernetes/client-node";
import { withCallOptions } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { client, rejection } from "../test-support/clients.test-support.js";
import { type Reply, startServer, statusReply } from "../test-support/server.test-support.js";

const reason = new Error("changed my mind");

describe("an abort by withCallOptions", () => {
  it("in flight rejects with its own reason, and hangs up", async () => {
    const server = await startServer(() => ({ action: "hang" }));
    const controller = new AbortController();
    const core = client(server.origin).client(CoreV1Api);
    const failed = withCallOptions({ signal: controller.signal }, () => rejection(core.listNode()));
    await expect.poll(() => server.received.length, { timeout: 10_000 }).toBe(1);
    controller.abort(reason);
    expect(await failed).toBe(reason);
  });

  it("while waiting rejects with its own reason, and the token is there for the next", async () => {
    const clock = createFakeClock();
    const server = await startServer();
    const controller = new AbortController();
    const core = client(server.origin, { clock, quota: { refillRate: 1, burst: 1 } }).client(CoreV1Api);
    await core.listNode();
    const failed = withCallOptions({ signal: controller.signal }, () => rejection(core.listNode()));
    await clock.advance(1);
    controller.abort(reason);
    expect(await failed).toBe(reason);
    // Had the call kept its token, the next one would wait for another second, which does not pass.
    await clock.advance(1000);
    await core.listNode();
    expect(server.received).toHaveLength(2);
  });

  it("between two attempts rejects with its own reason", async () => {
    const server = await startServer(() => statusReply(429, "TooManyRequests", { "retry-after": "20" }));
    const controller = new AbortController();
    const core = client(server.origin).client(CoreV1Api);
    const failed = withCallOptions({ signal: controller.signal, timeoutMs: 60_000 }, () => rejection(core.listNode()));
    await expect.poll(() => server.received.length, { timeout: 10_000 }).toBe(1);
    controller.abort(reason);
    expect(await failed).toBe(reason);
  });

  it("before the call sends nothing", async () => {
    const server = await startServer();
    const core = client(server.origin).client(CoreV1Api);
    expect(await withCallOptions({ signal: AbortSignal.abort(reason) }, () => rejection(core.listNode()))).toBe(reason);
    expect(server.received).toHaveLength(0);
  });
});

describe("the deadline", () => {
  it("ends a call that is never answered", async () => {
    const server = await startServer(() => ({ action: "hang" }));
    const core = client(server.origin, { timeoutMs: 80 }).client(CoreV1Api);
    expect(await rejection(core.listNode())).toMatchObject({ code: "DEADLINE_EXCEEDED" });
  });

  it("covers the requests of the object API together", async () => {
    const resources = [{ name: "configmaps", kind: "ConfigMap", namespaced: true }];
    const clock = createFakeClock();
    const server = await startServer(async ({ path }): Promise<Reply> => {
      if (path !== "/api/v1") return { action: "hang" };
      await clock.advance(300);
      return { body: { resources } };
    });
    const objects = client(server.origin, { clock, timeoutMs: 500 }).client(KubernetesObjectApi);
    const spec = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "ns" } };
    const failed = rejection(objects.read(spec));
    await expect.poll(() => server.received.length, { timeout: 10_000 }).toBe(2);
    await clock.advance(200);
    expect(await failed).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    expect(server.received).toHaveLength(2);
  });

  it("refuses at once what cannot be granted in time", async () => {
    // At once: on a clock that stands still nothing else comes to an end.
    const clock = createFakeClock();
    const server = await startServer();
    const options = { clock, quota: { refillRate: 0.01, burst: 1 }, timeoutMs: 5000 };
    const core = client(server.origin, options).client(CoreV1Api);
    await core.listNode();
    expect(await rejection(core.listNode())).toMatchObject({ code: "LIMIT_EXCEEDED" });
  });
});

it("a client that was closed makes no more calls", async () => {
  const server = await startServer();
  const api = client(server.origin);
  await api.close();
  expect(await rejection(api.client(CoreV1Api).listNode())).toMatchObject({ code: "LIMITER_CLOSED" });
});
