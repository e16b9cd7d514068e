import { readFileSync } from "node:fs";
import { CoreV1Api, KubernetesObjectApi } from "@kubernetes/client-node";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { clientGoRate, clientGoRetries, createKubernetesApi, kubernetesSources, serverRate } from "../index.js";
import { client, kubeConfigFor, newCluster, rejection } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";
import { createKubernetesQuota } from "./kubernetes-quota.js";
import { resolveQuota } from "./options.js";

describe("the rate", () => {
  it("is client-go's, five a second and ten at once, when nothing else is said", () => {
    expect(resolveQuota({}, {})).toMatchObject({ kind: "tokenBucket", refillRate: 5, burst: 10 });
  });

  it("lets ten requests out at once and then one every 200 ms", async () => {
    const clock = createFakeClock();
    const server = await startServer();
    const core = client(server.origin, { clock }).client(CoreV1Api);
    const reading = Promise.all(Array.from({ length: 12 }, () => core.listNode()));
    await expect.poll(() => server.received.length, { timeout: 10_000 }).toBe(10);
    await clock.advance(199);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(server.received).toHaveLength(10);
    await clock.advance(1);
    await expect.poll(() => server.received.length, { timeout: 10_000 }).toBe(11);
    await clock.advance(200);
    await reading;
  });

  it("comes from the options, else from the environment, else from the published figures, each number by itself", () => {
    const env = { KUBERNETES_RATE_LIMIT_REFILL_RATE: "7.5", KUBERNETES_RATE_LIMIT_BURST: "20" };
    expect(resolveQuota({}, env)).toMatchObject({ refillRate: 7.5, burst: 20 });
    expect(resolveQuota({ burst: 3 }, env)).toMatchObject({ refillRate: 7.5, burst: 3 });
    expect(resolveQuota({ refillRate: 2 }, { KUBERNETES_RATE_LIMIT_BURST: "" })).toMatchObject({
      refillRate: 2,
      burst: 10,
    });
  });

  it("is one for all who call a cluster, and apart for those who name themselves", () => {
    const limit = resolveQuota({}, {});
    const call = {} as never;
    expect(createKubernetesQuota(limit, undefined)(call)).toEqual([{ bucket: "requests", limit }]);
    expect(createKubernetesQuota(limit, "operator")(call)).toEqual([{ bucket: "requests:operator", limit }]);
  });

  it("is shared by clients of one cluster, and not by those of two", async () => {
    const server = await startServer();
    const clock = createFakeClock();
    const options = { clock, quota: { refillRate: 0.001, burst: 2 }, timeoutMs: 1000 };
    const cluster = newCluster();
    const [one, two, apart] = [
      client(server.origin, options, cluster),
      client(server.origin, options, cluster),
      client(server.origin, { ...options, identity: "other" }, cluster),
    ];
    await one.client(CoreV1Api).listNode();
    await two.client(CoreV1Api).listNode();
    const refused = await rejection(one.client(CoreV1Api).listNode());
    expect(refused).toMatchObject({
      code: "LIMIT_EXCEEDED",
      provider: "kubernetes",
      account: cluster,
      bucket: "requests",
    });
    await apart.client(CoreV1Api).listNode();
    await client(server.origin, options).client(CoreV1Api).listNode();
    expect(server.received).toHaveLength(4);
  });

  it("charges every request of the object API", async () => {
    const resources = [{ name: "configmaps", kind: "ConfigMap", namespaced: true }];
    const server = await startServer(() => ({ body: { resources, apiVersion: "v1", kind: "ConfigMap" } }));
    const charged: string[] = [];
    const quota = ({ operation }: { readonly operation: string }) => (charged.push(operation), []);
    const objects = client(server.origin, { quota }).client(KubernetesObjectApi);
    await objects.read({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "ns" } });
    expect(charged).toEqual(["KubernetesObjectApi.resource", "KubernetesObjectApi.read"]);
  });
});

describe("a wrong value", () => {
  const make =
    (options: object, env: Record<string, string> = {}): (() => unknown) =>
    () =>
      createKubernetesApi(newCluster(), { kubeConfig: kubeConfigFor("http://127.0.0.1:1"), env, ...options });

  it.each<readonly [object, Record<string, string>, RegExp]>([
    [{ quota: { refillRate: 0 } }, {}, /^quota\.refillRate must be .*, got 0/],
    [{ quota: { burst: 0.5 } }, {}, /^quota\.burst must be a whole number .*, got 0\.5/],
    [{ quota: { burst: Number.NaN } }, {}, /^quota\.burst must be/],
    [{ quota: 5 }, {}, /^quota must be an object of options, or a function, got 5/],
    [{ quota: null }, {}, /^quota must be/],
    [{}, { KUBERNETES_RATE_LIMIT_REFILL_RATE: "fast" }, /^KUBERNETES_RATE_LIMIT_REFILL_RATE must be .*, got "fast"/],
    [{}, { KUBERNETES_RATE_LIMIT_REFILL_RATE: "1e9" }, /^KUBERNETES_RATE_LIMIT_REFILL_RATE must be/],
    [{}, { KUBERNETES_RATE_LIMIT_BURST: "0" }, /^KUBERNETES_RATE_LIMIT_BURST must be/],
    [{}, { KUBERNETES_RATE_LIMIT_BURST: "1.5" }, /^KUBERNETES_RATE_LIMIT_BURST must be/],
    [{}, { KUBERNETES_MAX_CONCURRENT_JOBS: "0" }, /^KUBERNETES_MAX_CONCURRENT_JOBS must be a whole number from 1/],
    [{}, { KUBERNETES_MAX_CONCURRENT_JOBS: "many" }, /^KUBERNETES_MAX_CONCURRENT_JOBS must be/],
    [{ jobs: { maxActive: 0 } }, {}, /^jobs\.maxActive must be/],
    [
      { jobs: { maxActive: 2, maxPerNamespace: 3 } },
      {},
      /^jobs\.maxPerNamespace must be a whole number from 1 to 2, got 3/,
    ],
    [{ jobs: { strategy: "drop" } }, {}, /^jobs\.strategy must be "queue" or "reject", got "drop"/],
    [{ jobs: { leaseMs: 1 } }, {}, /^jobs\.leaseMs must be/],
    [{ jobs: { backoffMs: -1 } }, {}, /^jobs\.backoffMs must be/],
    [{ jobs: { minPollMs: 500, maxPollMs: 100 } }, {}, /^jobs\.maxPollMs must be/],
    [{ jobs: 3 }, {}, /^jobs must be/],
    [{ identity: "" }, {}, /^identity must be/],
    [{ kubeConfig: {} }, {}, /^kubeConfig must be a KubeConfig of @kubernetes\/client-node/],
    [{ context: "nowhere" }, {}, /^context must be a context of the kubeconfig: "local", got "nowhere"/],
    [{ timeoutMs: 0 }, {}, /^timeoutMs must be/],
    [{ mode: "off" }, {}, /^mode must be/],
    [{}, { REDIS_URL: "localhost" }, /^REDIS_URL must be/],
  ])("%j with %j is a ConfigError that names it, before anything is sent", (options, env, message) => {
    expect(make(options, env)).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringMatching(message) }),
    );
  });

  it("an empty cluster is none", () => {
    expect(() => createKubernetesApi(" ")).toThrow(/^cluster must be a text/);
  });
});

it("the figures are those of the sourced data, and every source is named", () => {
  const data = JSON.parse(readFileSync(new URL("../../data/kubernetes.json", import.meta.url), "utf8")) as {
    kubernetes: { clientSide: Record<string, { value: number; source: string }> };
  };
  const { clientGoQps, clientGoBurst, retryAfterMaxRetries } = data.kubernetes.clientSide;
  expect(clientGoRate).toMatchObject({ refillRate: clientGoQps?.value, burst: clientGoBurst?.value });
  expect(clientGoRetries.value).toBe(retryAfterMaxRetries?.value);
  expect(serverRate.value).toBeNull();
  for (const { source } of [clientGoRate, clientGoRetries, serverRate])
    expect(kubernetesSources).toHaveProperty([source]);
});
