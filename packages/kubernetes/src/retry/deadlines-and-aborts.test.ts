import { CoreV1Api, KubernetesObjectApi } from "@kubernetes/client-node";
import { withCallOptions } from "@sluice/core";
import { describe, expect, it } from "vitest";
import { client, newCluster, rejection } from "../test-support/clients.test-support.js";
import { startServer, statusReply } from "../test-support/server.test-support.js";

const reason = new Error("changed my mind");

describe("an abort by withCallOptions", () => {
  it("in flight rejects with its own reason, and hangs up", async () => {
    const server = await startServer(() => ({ action: "hang" }));
    const controller = new AbortController();
    const core = client(server.origin).client(CoreV1Api);
    const failed = withCallOptions({ signal: controller.signal }, () => rejection(core.listNode()));
    await expect.poll(() => server.received.length).toBe(1);
    controller.abort(reason);
    expect(await failed).toBe(reason);
  });

  it("while waiting rejects with its own reason, and the token is there for the next", async () => {
    const server = await startServer();
    const controller = new AbortController();
    const cluster = newCluster();
    const options = { quota: { refillRate: 1, burst: 1 } };
    const core = client(server.origin, options, cluster).client(CoreV1Api);
    await core.listNode();
    const failed = withCallOptions({ signal: controller.signal }, () => rejection(core.listNode()));
    controller.abort(reason);
    expect(await failed).toBe(reason);
    const startedMs = performance.now();
    await core.listNode();
    // Had the call kept its token, this one would have waited for two seconds.
    expect(performance.now() - startedMs).toBeLessThan(1500);
    expect(server.received).toHaveLength(2);
  });

  it("between two attempts rejects with its own reason", async () => {
    const server = await startServer(() => statusReply(429, "TooManyRequests", { "retry-after": "20" }));
    const controller = new AbortController();
    const core = client(server.origin).client(CoreV1Api);
    const failed = withCallOptions({ signal: controller.signal, timeoutMs: 60_000 }, () => rejection(core.listNode()));
    await expect.poll(() => server.received.length).toBe(1);
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
    const server = await startServer(({ path }) => (path === "/api/v1" ? { body: { resources } } : { action: "hang" }));
    const objects = client(server.origin, { timeoutMs: 500 }).client(KubernetesObjectApi);
    const spec = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "ns" } };
    expect(await rejection(objects.read(spec))).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    expect(server.received).toHaveLength(2);
  });

  it("refuses at once what cannot be granted in time", async () => {
    const server = await startServer();
    const core = client(server.origin, { quota: { refillRate: 0.01, burst: 1 }, timeoutMs: 5000 }).client(CoreV1Api);
    await core.listNode();
    const startedMs = performance.now();
    expect(await rejection(core.listNode())).toMatchObject({ code: "LIMIT_EXCEEDED" });
    expect(performance.now() - startedMs).toBeLessThan(1000);
  });
});

it("a client that was closed makes no more calls", async () => {
  const server = await startServer();
  const api = client(server.origin);
  await api.close();
  expect(await rejection(api.client(CoreV1Api).listNode())).toMatchObject({ code: "LIMITER_CLOSED" });
});
