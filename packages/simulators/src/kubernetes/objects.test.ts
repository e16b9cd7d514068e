import { KubernetesObjectApi, PatchStrategy, setHeaderOptions, type V1ConfigMap } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { bench, failureOf } from "./simulator.test-support.js";

const namespace = "default";
const named = (name: string, data: Record<string, string> = {}): V1ConfigMap => ({ metadata: { name }, data });

describe("objects", () => {
  it("are created, read, replaced, patched and deleted, each change with a later resource version", async () => {
    const { core } = await bench();
    const created = await core.createNamespacedConfigMap({ namespace, body: named("a", { one: "1" }) });
    expect(created).toMatchObject({ kind: "ConfigMap", metadata: { name: "a", namespace }, data: { one: "1" } });
    expect(created.metadata?.uid).toMatch(/^[0-9a-f]{8}-/);
    const replaced = await core.replaceNamespacedConfigMap({ name: "a", namespace, body: named("a", { two: "2" }) });
    expect(replaced.data).toEqual({ two: "2" });
    expect(Number(replaced.metadata?.resourceVersion)).toBeGreaterThan(Number(created.metadata?.resourceVersion));
    const patch = { data: { two: null, three: "3" } };
    const merged = await core.patchNamespacedConfigMap(
      { name: "a", namespace, body: patch },
      setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
    );
    expect(merged.data).toEqual({ three: "3" });
    const added = await core.patchNamespacedConfigMap({
      name: "a",
      namespace,
      body: [{ op: "add", path: "/data/four", value: "4" }],
    });
    expect(added.data).toEqual({ three: "3", four: "4" });
    expect(await core.readNamespacedConfigMap({ name: "a", namespace })).toEqual(added);
    expect(await core.deleteNamespacedConfigMap({ name: "a", namespace })).toMatchObject({ status: "Success" });
    expect(await failureOf(core.readNamespacedConfigMap({ name: "a", namespace }))).toMatchObject({
      code: 404,
      reason: "NotFound",
    });
  });

  it("refuse a second of their name, a replacement of an old version, a bad name and an unknown namespace", async () => {
    const { core } = await bench();
    const old = await core.createNamespacedSecret({ namespace, body: { metadata: { name: "s" } } });
    await core.replaceNamespacedSecret({ name: "s", namespace, body: { metadata: { name: "s" } } });
    const failures = await Promise.all([
      failureOf(core.createNamespacedSecret({ namespace, body: { metadata: { name: "s" } } })),
      failureOf(core.replaceNamespacedSecret({ name: "s", namespace, body: old })),
      failureOf(core.createNamespacedSecret({ namespace, body: { metadata: { name: "Not Good" } } })),
      failureOf(core.createNamespacedSecret({ namespace: "nowhere", body: { metadata: { name: "t" } } })),
    ]);
    expect(failures.map(({ code, reason }) => [code, reason])).toEqual([
      [409, "AlreadyExists"],
      [409, "Conflict"],
      [422, "Invalid"],
      [404, "NotFound"],
    ]);
  });

  it("draw a name from generateName", async () => {
    const { core } = await bench();
    const body = { metadata: { generateName: "a-" } };
    const made = [
      await core.createNamespacedConfigMap({ namespace, body }),
      await core.createNamespacedConfigMap({ namespace, body }),
    ];
    const names = made.map(({ metadata }) => metadata?.name ?? "");
    for (const name of names) expect(name).toMatch(/^a-[a-z0-9]{5}$/);
    expect(new Set(names).size).toBe(2);
  });

  it("are found by the object API, which looks up their path first", async () => {
    const { kubeConfig, simulator } = await bench();
    const objects = KubernetesObjectApi.makeApiClient(kubeConfig);
    await objects.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } });
    await objects.create({ apiVersion: "batch/v1", kind: "Job", metadata: { name: "b" } });
    expect(simulator.ledger.entries().map(({ method }) => method)).toEqual([
      "GET /api/v1",
      "POST /api/v1/namespaces/{namespace}/configmaps",
      "GET /apis/batch/v1",
      "POST /apis/batch/v1/namespaces/{namespace}/jobs",
    ]);
  });

  it("go with their namespace", async () => {
    const { core, simulator } = await bench();
    await core.createNamespace({ body: { metadata: { name: "team" } } });
    await core.createNamespacedConfigMap({ namespace: "team", body: named("a") });
    await core.deleteNamespace({ name: "team" });
    expect(simulator.state.namespaces).toEqual(["default", "kube-system"]);
    expect(simulator.state.objects("configmaps")).toEqual([]);
  });
});

describe("lists", () => {
  it("come in pages of `limit`, each with the way to the next", async () => {
    const { core } = await bench({ pods: 5, namespaces: ["a", "b"] });
    const sizes: number[] = [];
    const names = new Set<string>();
    let next: string | undefined;
    do {
      const page = await core.listPodForAllNamespaces({ limit: 4, ...(next !== undefined && { _continue: next }) });
      sizes.push(page.items.length);
      for (const { metadata } of page.items) names.add(`${metadata?.namespace}/${metadata?.name}`);
      next = page.metadata?._continue;
    } while (next !== undefined && next !== "");
    expect(sizes).toEqual([4, 4, 2]);
    expect(names.size).toBe(10);
    expect(await failureOf(core.listPodForAllNamespaces({ _continue: "nonsense" }))).toMatchObject({ code: 410 });
  });

  it.each([
    [{ labelSelector: "app=app-0" }, ["pod-0", "pod-3"]],
    [{ labelSelector: "app!=app-0" }, ["pod-1", "pod-2", "pod-4"]],
    [{ labelSelector: "app in (app-1, app-2)" }, ["pod-1", "pod-2", "pod-4"]],
    [{ labelSelector: "app notin (app-1,app-2),app" }, ["pod-0", "pod-3"]],
    [{ labelSelector: "!app" }, []],
    [{ fieldSelector: "metadata.name=pod-2" }, ["pod-2"]],
    [{ fieldSelector: "metadata.name!=pod-2,status.phase=Running" }, ["pod-0", "pod-1", "pod-3", "pod-4"]],
  ])("hold what the selectors %j mean", async (selectors, expected) => {
    const { core } = await bench({ pods: 5 });
    const { items } = await core.listNamespacedPod({ namespace, ...selectors });
    expect(items.map(({ metadata }) => metadata?.name)).toEqual(expected);
  });

  it("refuse selectors that nobody understands", async () => {
    const { core } = await bench();
    const codes = await Promise.all([
      failureOf(core.listNamespacedPod({ namespace, fieldSelector: "spec.color=red" })),
      failureOf(core.listNamespacedPod({ namespace, labelSelector: "a in" })),
    ]);
    expect(codes.map(({ code }) => code)).toEqual([400, 400]);
  });
});
