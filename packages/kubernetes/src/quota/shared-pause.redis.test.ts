import { CoreV1Api } from "@kubernetes/client-node";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KubernetesApi } from "../index.js";
import { client, newCluster, rejection } from "../test-support/clients.test-support.js";
import { type LocalServer, startServer, statusReply } from "../test-support/server.test-support.js";

let redis: RedisServer;
beforeAll(async () => void (redis = await startRedisServer()));
afterAll(() => redis.stop());

/** Two names of one server: as far apart as two processes, each with a store, a connection and a listener of its own. */
function pair(server: LocalServer, options: object = {}): [KubernetesApi, KubernetesApi] {
  const cluster = newCluster();
  // A Redis that stands still for a moment is not away.
  const make = (url: string): KubernetesApi =>
    client(server.origin, { redis: { url, commandTimeoutMs: 10_000 }, ...options }, cluster);
  return [make(redis.url), make(redis.url.replace("127.0.0.1", "localhost"))];
}

describe("two processes", () => {
  it("a 429 to one pauses the other", async () => {
    const server = await startServer(({ path }) =>
      path.endsWith("/busy") ? statusReply(429, "TooManyRequests", { "retry-after": "1" }) : {},
    );
    const [one, two] = pair(server, { retry: false });
    await two.client(CoreV1Api).listNode();
    expect(await rejection(one.client(CoreV1Api).readNode({ name: "busy" }))).toMatchObject({ code: 429 });
    await two.client(CoreV1Api).listNode();
    const [refused, next] = server.received.slice(-2);
    expect((next?.atMs ?? 0) - (refused?.atMs ?? 0)).toBeGreaterThan(990);
  });

  it("have one bucket between them", async () => {
    const server = await startServer();
    const both = pair(server, { quota: { refillRate: 0.01, burst: 4 }, timeoutMs: 10_000 });
    const settled = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) => both[n % 2]?.client(CoreV1Api).listNode()),
    );
    expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(4);
    expect(server.received).toHaveLength(4);
  });
});
