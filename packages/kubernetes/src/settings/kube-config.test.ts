import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { createKubernetesApi } from "../index.js";
import { kubeConfigFor, newCluster, rejection } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";

const folder = mkdtempSync(join(tmpdir(), "kube-"));

function fileWith(name: string, kubeConfig: KubeConfig): string {
  const file = join(folder, name);
  writeFileSync(file, kubeConfig.exportConfig());
  return file;
}

function named(origin: string, name: string): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser({ name, server: origin, skipTLSVerify: true }, { name, token: `token-of-${name}` });
  kubeConfig.contexts = [{ name, cluster: name, user: name }];
  kubeConfig.currentContext = name;
  return kubeConfig;
}

const tokenOf = ({ headers }: { readonly headers: readonly (readonly [string, string])[] }): string | undefined =>
  headers.find(([header]) => header === "Authorization")?.[1];

describe("without a kubeconfig in the options", () => {
  it("the cluster's own variable comes first, then KUBECONFIG, each with one file or several", async () => {
    const server = await startServer();
    const [own, usual, more] = ["own", "usual", "more"].map((name) => fileWith(name, named(server.origin, name)));
    const env = { KUBECONFIG_EU_WEST_1: own, KUBECONFIG: [usual, more].join(delimiter) };
    await createKubernetesApi("eu-west-1", { env }).client(CoreV1Api).listNode();
    await createKubernetesApi("elsewhere", { env }).client(CoreV1Api).listNode();
    await createKubernetesApi("elsewhere", { env, context: "more" }).client(CoreV1Api).listNode();
    expect(server.received.map(tokenOf)).toEqual(["own", "usual", "more"].map((name) => `Bearer token-of-${name}`));
  });

  it("it is read when it is first needed, and a client is made without", async () => {
    const file = join(folder, "later");
    const api = createKubernetesApi(newCluster(), { env: { KUBECONFIG: file } });
    const core = api.client(CoreV1Api);
    expect(await rejection(core.listNode())).toMatchObject({ code: "ENOENT" });
    const server = await startServer();
    fileWith("later", named(server.origin, "later"));
    await core.listNode();
    expect(server.received).toHaveLength(1);
  });

  it("one without a cluster is an error that says so", async () => {
    const file = fileWith("empty", new KubeConfig());
    const api = createKubernetesApi(newCluster(), { env: { KUBECONFIG: file } });
    expect(await rejection(api.client(CoreV1Api).listNode())).toMatchObject({
      code: "CONFIG_INVALID",
      option: "kubeConfig",
    });
  });
});

describe("a context", () => {
  it("is used in place of the current one, and the kubeconfig that was given stays as it is", async () => {
    const server = await startServer();
    const kubeConfig = named(server.origin, "one");
    kubeConfig.mergeConfig(named(server.origin, "two"), true);
    await createKubernetesApi(newCluster(), { kubeConfig, context: "two", env: {} }).client(CoreV1Api).listNode();
    expect(server.received.map(tokenOf)).toEqual(["Bearer token-of-two"]);
    expect(kubeConfig.getCurrentContext()).toBe("one");
  });
});

it("plain HTTP is taken from a cluster whose certificate is not checked, and from no other, as the SDK has it", async () => {
  const server = await startServer();
  const kubeConfig = kubeConfigFor(server.origin);
  kubeConfig.clusters = kubeConfig.clusters.map((cluster) => ({ ...cluster, skipTLSVerify: false }));
  const error = await rejection(
    createKubernetesApi(newCluster(), { kubeConfig, env: {} }).client(CoreV1Api).listNode(),
  );
  expect(error.message).toMatch(/HTTP protocol is not allowed/);
});
