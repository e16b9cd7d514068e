import { CoreV1Api } from "@kubernetes/client-node";
import type { Call } from "@sluice/core";
import { describe, expect, it } from "vitest";
import type { KubernetesApi } from "../index.js";
import { client, plain } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";
import { asRepeatable } from "./logical-call.js";

describe.each([
  ["createKubernetesApi", client],
  ["new KubernetesApi", plain],
] as const)("hooks of %s", (_name, make) => {
  it("may use the client: what they call is a call of its own", async () => {
    const server = await startServer();
    const seen: Call[] = [];
    const made: { api?: KubernetesApi } = {};
    const api = make(server.origin, {
      hooks: [
        {
          name: "asks",
          async before(call) {
            seen.push(call);
            if (call.operation === "CoreV1Api.createNamespace")
              await made.api?.client(CoreV1Api).readNode({ name: "n" });
          },
        },
      ],
    });
    made.api = api;
    await asRepeatable(() => api.client(CoreV1Api).createNamespace({ body: {} }));
    expect(seen.map(({ operation, idempotent }) => [operation, idempotent])).toEqual([
      ["CoreV1Api.createNamespace", true],
      ["CoreV1Api.readNode", true],
    ]);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(2);
    expect(server.received.map(({ method }) => method)).toEqual(["GET", "POST"]);
  });

  it("a call that is marked as repeatable does not mark those that its hooks make", async () => {
    const server = await startServer();
    const seen = new Map<string, boolean>();
    const made: { api?: KubernetesApi } = {};
    const api = make(server.origin, {
      hooks: [
        {
          name: "writes",
          stage: "call",
          async before({ operation, idempotent }) {
            seen.set(operation, idempotent);
            if (operation !== "CoreV1Api.createNamespace") return;
            await made.api?.client(CoreV1Api).deleteNamespace({ name: "a" });
          },
        },
      ],
    });
    made.api = api;
    await asRepeatable(() => api.client(CoreV1Api).createNamespace({ body: {} }));
    expect([...seen]).toEqual([
      ["CoreV1Api.createNamespace", true],
      ["CoreV1Api.deleteNamespace", false],
    ]);
  });

  it("see the argument of the method, the verb, the status and how long it took", async () => {
    const server = await startServer();
    const seen: unknown[] = [];
    const api = make(server.origin, {
      hooks: [
        {
          name: "seen",
          after: ({ args, verb, access, account }, { status, headers }) =>
            void seen.push([args, verb, access, account, status, headers?.get("Content-Type")]),
        },
      ],
    });
    await api.client(CoreV1Api).readNode({ name: "n" });
    expect(seen).toEqual([[{ name: "n" }, "GET", "read", api.cluster, 200, "application/json"]]);
  });
});
