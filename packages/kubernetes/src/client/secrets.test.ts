import { writeFile } from "node:fs/promises";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CoreV1Api, type HttpLibrary, KubernetesObjectApi, Observable } from "@kubernetes/client-node";
import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { client, kubeConfigFor, plain, rejection, shown, token } from "../test-support/clients.test-support.js";
import { type Reply, startServer, statusReply } from "../test-support/server.test-support.js";

const echo = (headers: readonly (readonly [string, string])[]): string => JSON.stringify(headers);

describe.each([
  ["createKubernetesApi", client],
  ["new KubernetesApi", plain],
] as const)("a client of %s", (_name, make) => {
  it("shows no token when it, or a client of the SDK's in it, is inspected or written as JSON", async () => {
    const server = await startServer();
    const api = make(server.origin);
    const core = api.client(CoreV1Api);
    await core.readNode({ name: "n" });
    for (const value of [api, core, api.client(KubernetesObjectApi)]) {
      expect(shown(value)).not.toContain(token);
      expect(JSON.stringify(value) ?? "").not.toContain(token);
    }
    expect(JSON.stringify(api)).toBe(JSON.stringify({ cluster: api.cluster }));
  });

  it.each<readonly [string, (request: { headers: readonly (readonly [string, string])[] }) => Reply]>([
    ["an error that repeats the request", ({ headers }) => ({ status: 400, body: echo(headers) })],
    ["a server's mistake", ({ headers }) => ({ status: 500, body: echo(headers), headers: { "x-echo": token } })],
    ["a cut connection", () => ({ action: "drop" })],
    ["a cut body", ({ headers }) => ({ action: "cut", body: echo(headers) })],
  ])("shows no token in %s", async (_what, answer) => {
    const server = await startServer(answer);
    const core = make(server.origin, { hooks: [] }).client(CoreV1Api);
    const write = core.createNamespace({ body: { metadata: { name: "a" } } });
    expect(shown(await rejection(write))).not.toContain(token);
  });

  it("shows no token when a library fails with the whole request", async () => {
    const httpApi: HttpLibrary = {
      send: (request) =>
        new Observable(Promise.reject(Object.assign(new Error(`no way: ${token}`), { request: request.getHeaders() }))),
    };
    const error = await rejection(make("http://127.0.0.1:1", { httpApi }).client(CoreV1Api).listNode());
    expect(shown(error)).not.toContain(token);
    expect(error.message).toBe("no way: [secret]");
  });
});

it("what a Secret holds is not in the error over it, as it is or decoded", async () => {
  const server = await startServer(({ body }) => ({ status: 422, body: `{"message":${JSON.stringify(body)}}` }));
  const core = client(server.origin).client(CoreV1Api);
  const hidden = Buffer.from("hidden-0123456789").toString("base64");
  const body = { data: { key: hidden }, stringData: { plain: "plain-0123456789" } };
  const text = shown(await rejection(core.createNamespacedSecret({ namespace: "ns", body })));
  for (const secret of [hidden, "hidden-0123456789", "plain-0123456789"]) expect(text).not.toContain(secret);
});

it("the password of a user, and a key, are not shown either", async () => {
  const password = "pass-0123456789";
  const server = await startServer(({ headers }) => ({ status: 401, body: echo([...headers, ["x", password]]) }));
  const kubeConfig = kubeConfigFor(server.origin, { username: "admin", password });
  const text = shown(await rejection(client(server.origin, { kubeConfig }).client(CoreV1Api).listNode()));
  expect(text).not.toContain(password);
  expect(text).not.toContain(Buffer.from(`admin:${password}`).toString("base64"));
});

describe("a credential plugin", () => {
  const plugin = async (script: string): Promise<object> => {
    const file = join(mkdtempSync(join(tmpdir(), "plugin-")), "plugin.mjs");
    await writeFile(file, script);
    return {
      exec: {
        apiVersion: "client.authentication.k8s.io/v1",
        command: process.execPath,
        args: [file],
        env: [{ name: "PLUGIN_SECRET", value: "env-secret-0123456789" }],
      },
    };
  };

  it("gives a token that is sent, and not shown", async () => {
    const status = { token, expirationTimestamp: "2999-01-01T00:00:00Z" };
    const user = await plugin(`console.log(JSON.stringify(${JSON.stringify({ status })}))`);
    const server = await startServer(({ headers }) => ({ status: 403, body: echo(headers) }));
    const core = client(server.origin, { kubeConfig: kubeConfigFor(server.origin, user) }).client(CoreV1Api);
    expect(shown(await rejection(core.listNode()))).not.toContain(token);
    expect(server.received[0]?.headers).toContainEqual(["Authorization", `Bearer ${token}`]);
  });

  it("that prints a token and no JSON is not quoted", async () => {
    const user = await plugin(`console.log(${JSON.stringify(token)})`);
    const kubeConfig = kubeConfigFor("http://127.0.0.1:1", user);
    const error = await rejection(client("", { kubeConfig }).client(CoreV1Api).listNode());
    expect(error).toBeInstanceOf(SyntaxError);
    expect(shown(error)).not.toContain(token.slice(0, 8));
  });

  it("that fails does not show what it was started with", async () => {
    const user = await plugin("console.error(process.env.PLUGIN_SECRET); process.exit(1)");
    const kubeConfig = kubeConfigFor("http://127.0.0.1:1", user);
    const error = await rejection(client("", { kubeConfig }).client(CoreV1Api).listNode());
    expect(shown(error)).not.toContain("env-secret-0123456789");
  });
});

it("metrics and what hooks see hold no token", async () => {
  const registry = new Registry();
  const server = await startServer(() => statusReply(404, "NotFound"));
  const texts: string[] = [];
  const hooks = [
    { name: "seen", error: (call: unknown, error: unknown) => void texts.push(shown(call), shown(error)) },
  ];
  const api = client(server.origin, { registry, hooks });
  texts.push(shown(await rejection(api.client(CoreV1Api).readNode({ name: "n" }))), await registry.metrics());
  for (const text of texts) expect(text).not.toContain(token);
});
