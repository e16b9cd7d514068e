import { CoreV1Api, KubernetesObjectApi } from "@kubernetes/client-node";
import type { Hook } from "@sluice/core";
import { describe, expect, it } from "vitest";
import { knownOperations } from "../operations/operation.js";
import { client, plain, recorder } from "../test-support/clients.test-support.js";
import { anyArgument, apiClasses, callMethod, generatedMethods } from "../test-support/methods.test-support.js";
import { startServer } from "../test-support/server.test-support.js";
import type { KubernetesApi } from "./kubernetes-api.js";

const kinds: readonly (readonly [string, (origin: string, hooks: readonly Hook[]) => KubernetesApi])[] = [
  ["createKubernetesApi", (origin, hooks) => client(origin, { hooks, quota: () => [] })],
  ["new KubernetesApi", (origin, hooks) => plain(origin, { hooks })],
];

describe.each(kinds)("%s", { timeout: 60_000 }, (_name, make) => {
  it("has the SDK's 887 generated methods in two variants, and each passes both stages once under its own name", async () => {
    expect(apiClasses).toHaveLength(66);
    expect(generatedMethods).toHaveLength(2 * 887);
    // The SDK parses the body that an answer to HEAD does not have, unless it is said to be text.
    const server = await startServer(({ method }) =>
      method === "HEAD" ? { headers: { "content-type": "text/plain" } } : {},
    );
    const seen = recorder();
    const api = make(server.origin, seen.hooks);
    const wrong: string[] = [];
    for (const { className, type, name } of generatedMethods) {
      const [calls, attempts, requests] = [seen.calls.length, seen.attempts.length, server.received.length];
      const failure = await callMethod(api.client(type), name, anyArgument).then(
        () => undefined,
        (error: unknown) => error,
      );
      const wanted = `${className}.${name.replace(/WithHttpInfo$/, "")}`;
      const ok =
        failure === undefined &&
        seen.calls.length === calls + 1 &&
        seen.attempts.length === attempts + 1 &&
        server.received.length === requests + 1 &&
        seen.calls.at(-1)?.operation === wanted &&
        seen.attempts.at(-1)?.operation === wanted &&
        // The verb is told from the name before there is a request.
        seen.calls.at(-1)?.verb === server.received.at(-1)?.method &&
        seen.attempts.at(-1)?.id === seen.calls.at(-1)?.id &&
        seen.attempts.at(-1)?.attempt === 1;
      if (!ok) wrong.push(`${className}.${name} ${String(failure)}`);
    }
    expect(wrong).toEqual([]);
    expect(new Set(seen.calls.map(({ operation }) => operation)).size).toBe(887);
  });

  it("the object API is one call of a look-up and a request, and of the request alone when the kind is known", async () => {
    const resources = [{ name: "configmaps", kind: "ConfigMap", namespaced: true }];
    const server = await startServer(({ path }) => ({
      body: path === "/api/v1" ? { resources } : { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } },
    }));
    const seen = recorder();
    const objects = make(server.origin, seen.hooks).client(KubernetesObjectApi);
    const spec = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "ns" } };
    await objects.create(spec);
    await objects.read(spec);
    await objects.list("v1", "ConfigMap", "ns");
    await objects.patch(spec);
    await objects.replace(spec);
    await objects.delete(spec);
    const methods = ["create", "read", "list", "patch", "replace", "delete"].map(
      (name) => `KubernetesObjectApi.${name}`,
    );
    expect(seen.calls.map(({ operation }) => operation)).toEqual(methods);
    expect(seen.calls.map(({ verb }) => verb)).toEqual(["POST", "GET", "GET", "PATCH", "PUT", "DELETE"]);
    expect(seen.attempts.map(({ operation }) => operation)).toEqual(["KubernetesObjectApi.resource", ...methods]);
    expect(seen.attempts.map(({ verb }) => verb)).toEqual(server.received.map(({ method }) => method));
    expect(seen.attempts[0]).toMatchObject({ id: seen.calls[0]?.id, access: "read", idempotent: true });
    expect(seen.attempts[1]).toMatchObject({ id: seen.calls[0]?.id, access: "write", idempotent: false });
  });

  it("is given once for each class, and is an instance of it", async () => {
    const server = await startServer();
    const api = make(server.origin, []);
    const core = api.client(CoreV1Api);
    expect(core).toBeInstanceOf(CoreV1Api);
    expect(api.client(CoreV1Api)).toBe(core);
    expect(api.makeApiClient(CoreV1Api)).toBe(core);
  });

  it("a class of the user's own is a client too, under the name of the SDK's class it is made from", async () => {
    class Ours extends CoreV1Api {
      readNode2(name: string): Promise<unknown> {
        return this.readNode({ name });
      }
    }
    const server = await startServer();
    const seen = recorder();
    const ours = make(server.origin, seen.hooks).client(Ours);
    await ours.readNode({ name: "n" });
    await ours.readNode2("n");
    expect(seen.calls.map(({ operation }) => operation)).toEqual(["CoreV1Api.readNode", "other"]);
    expect(seen.attempts).toHaveLength(2);
  });
});

it("every operation that can appear is on the list that metrics go by, once", () => {
  const names = generatedMethods.map(({ className, name }) => `${className}.${name.replace(/WithHttpInfo$/, "")}`);
  expect(knownOperations).toEqual(expect.arrayContaining([...names, "KubernetesObjectApi.resource", "other"]));
  expect(new Set(knownOperations).size).toBe(knownOperations.length);
  expect(knownOperations).toHaveLength(887 + 6 + 2);
});
