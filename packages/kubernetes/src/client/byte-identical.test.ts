import {
  BatchV1Api,
  CoreV1Api,
  type KubeConfig,
  KubernetesObjectApi,
  PatchStrategy,
  setHeaderOptions,
} from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { client, kubeConfigFor, plain } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";

type Maker = Pick<KubeConfig, "makeApiClient">;

const namespace = "ns";
const requests: readonly (readonly [string, (maker: Maker) => Promise<unknown>])[] = [
  [
    "a list with selectors",
    (maker) => maker.makeApiClient(CoreV1Api).listNamespacedPod({ namespace, labelSelector: "a in (b,c)", limit: 5 }),
  ],
  ["a path to be escaped", (maker) => maker.makeApiClient(CoreV1Api).readNode({ name: "a/b c?d#é" })],
  [
    "a creation",
    (maker) =>
      maker.makeApiClient(CoreV1Api).createNamespacedConfigMap({
        namespace,
        body: { metadata: { name: "a" }, data: { text: "ünïcödé\n" } },
        dryRun: "All",
      }),
  ],
  [
    "a patch under a header of its own",
    (maker) =>
      maker
        .makeApiClient(BatchV1Api)
        .patchNamespacedJob(
          { name: "j", namespace, body: { metadata: { labels: { a: null } } } },
          setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch),
        ),
  ],
  [
    "a deletion with a body",
    (maker) =>
      maker
        .makeApiClient(BatchV1Api)
        .deleteNamespacedJob({ name: "j", namespace, body: { propagationPolicy: "Foreground" } }),
  ],
  [
    "the object API",
    (maker) =>
      maker
        .makeApiClient(KubernetesObjectApi)
        .create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace } }),
  ],
];
const users = [
  ["a token", { token: "tok-0123456789" }],
  ["a password", { username: "admin", password: "pass-0123456789" }],
  ["a token on behalf of another user", { token: "tok-0123456789", impersonateUser: "jane" }],
  ["nothing", {}],
] as const;

describe.each(users)("as a user with %s", (_user, user) => {
  it.each(requests)("%s goes out byte for byte as the SDK sends it", async (_name, run) => {
    const resources = [{ name: "configmaps", kind: "ConfigMap", namespaced: true }];
    const server = await startServer(() => ({ body: { resources, apiVersion: "v1", kind: "ConfigMap" } }));
    const kubeConfig = kubeConfigFor(server.origin, user);
    const sent: unknown[] = [];
    for (const maker of [kubeConfig, client(server.origin, { kubeConfig })]) {
      const before = server.received.length;
      await run(maker);
      sent.push(
        server.received.slice(before).map(({ method, path, headers, body }) => ({ method, path, headers, body })),
      );
    }
    expect(sent[0]).not.toEqual([]);
    expect(sent[1]).toEqual(sent[0]);
  });
});

it("a plain client sends what the SDK sends", async () => {
  const server = await startServer();
  const sent: unknown[] = [];
  for (const maker of [kubeConfigFor(server.origin), plain(server.origin)]) {
    const before = server.received.length;
    for (const [, run] of requests.slice(0, -1)) await run(maker);
    sent.push(
      server.received.slice(before).map(({ method, path, headers, body }) => ({ method, path, headers, body })),
    );
  }
  expect(sent[1]).toEqual(sent[0]);
});
