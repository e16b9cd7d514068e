import { writeFile } from "node:fs/promises";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiException, CoreV1Api } from "@kubernetes/client-node";
import { Registry } from "prom-client";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createJobRunner, KubernetesApi } from "../index.js";
import { kubeConfigFor, newCluster, plain, rejection } from "../test-support/clients.test-support.js";
import { startServer, statusReply } from "../test-support/server.test-support.js";

describe("a plain client", () => {
  it("repeats nothing and waits for nobody", async () => {
    const server = await startServer(() => statusReply(429, "TooManyRequests", { "retry-after": "1" }));
    const core = plain(server.origin).client(CoreV1Api);
    const failures = await Promise.all(Array.from({ length: 30 }, () => rejection(core.listNode())));
    expect(new Set(failures.map(({ code }) => code))).toEqual(new Set([429]));
    for (const failure of failures) expect(failure).toBeInstanceOf(ApiException);
    expect(server.received).toHaveLength(30);
  });

  it("counts in the metrics, and its chain is metrics and the user's hooks", async () => {
    const registry = new Registry();
    const server = await startServer();
    const api = plain(server.origin, { registry, hooks: [{ name: "mine" }] });
    await api.client(CoreV1Api).listNode();
    expect(await registry.metrics()).toMatch(/sluice_api_requests_total\{[^}]*operation="CoreV1Api\.listNode"/);
    expect(api.hooks.describe()).not.toContain("rate-limit");
    expect(api.hooks.describe()).toContain("mine");
  });

  it("has no limits to enforce, and runs no jobs", async () => {
    const api = plain("http://127.0.0.1:1");
    expect(api.mode).toBe("disabled");
    expect(() => (api.mode = "enforce")).toThrow(/mode must be "disabled" on a plain client/);
    api.mode = "disabled";
    expect(() => createJobRunner(api)).toThrow(/api must be an API made by createKubernetesApi/);
    expect(await rejection(api.runJob({ metadata: { name: "a" } }))).toMatchObject({ code: "CONFIG_INVALID" });
    await api.close();
  });

  it("finds its kubeconfig as the SDK does, when it is first used", async () => {
    const server = await startServer();
    const file = join(mkdtempSync(join(tmpdir(), "kube-")), "config");
    vi.stubEnv("KUBECONFIG", file);
    onTestFinished(() => void vi.unstubAllEnvs());
    const api = new KubernetesApi(newCluster(), undefined, { registry: new Registry() });
    await writeFile(file, kubeConfigFor(server.origin).exportConfig());
    await api.client(CoreV1Api).listNode();
    expect(server.received).toHaveLength(1);
  });

  it("keeps its kinship when it acts for somebody", async () => {
    const server = await startServer();
    const callers: unknown[] = [];
    const hooks = [{ name: "seen", before: ({ caller }: { caller: unknown }) => void callers.push(caller) }];
    const api = plain(server.origin, { hooks });
    const theirs = api.as({ namespace: "team-a" }).as({ user: "jane" });
    await theirs.client(CoreV1Api).listNode();
    expect(callers).toEqual([{ namespace: "team-a", user: "jane" }]);
    expect(theirs.hooks).toBe(api.hooks);
  });
});
