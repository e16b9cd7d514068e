import {
  CoreV1Api,
  type HttpLibrary,
  IsomorphicFetchHttpLibrary,
  type ObservableMiddleware,
  setHeaderOptions,
} from "@kubernetes/client-node";
import { from } from "../test-support/observable.test-support.js";
import { describe, expect, it } from "vitest";
import { client, plain, recorder, rejection } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";

/** Middleware that writes down when it is asked. */
function writing(said: string[], name: string): ObservableMiddleware {
  return {
    pre: (context) => (said.push(`pre ${name}`), from(context)),
    post: (context) => (said.push(`post ${name}`), from(context)),
  };
}

const inOrder = ["pre a", "pre b", "post b", "post a"];

describe.each([
  ["createKubernetesApi", client],
  ["new KubernetesApi", plain],
] as const)("middleware of %s", (_name, make) => {
  it("runs in the same order in every call, although the SDK turns the list around each time", async () => {
    const server = await startServer();
    const said: string[] = [];
    const given = [writing(said, "a"), writing(said, "b")];
    const core = make(server.origin, { middleware: given }).client(CoreV1Api);
    for (let call = 0; call < 3; call += 1) {
      said.length = 0;
      await core.readNode({ name: "n" });
      expect(said).toEqual(inOrder);
    }
    expect(given).toHaveLength(2);
  });

  it("runs in order for calls at the same time", async () => {
    const server = await startServer();
    const said: string[] = [];
    const core = make(server.origin, { middleware: [writing(said, "a"), writing(said, "b")] }).client(CoreV1Api);
    await Promise.all([core.readNode({ name: "n" }), core.readNode({ name: "n" })]);
    await core.readNode({ name: "n" });
    expect(said.slice(-4)).toEqual(inOrder);
  });

  it("of one call is asked in order too, and the caller's own list is left as it was", async () => {
    const server = await startServer();
    const said: string[] = [];
    const [a, b] = [writing(said, "a"), writing(said, "b")];
    const middleware = [a, b];
    const core = make(server.origin).client(CoreV1Api);
    for (let call = 0; call < 2; call += 1) {
      said.length = 0;
      await core.readNode({ name: "n" }, { middleware });
      expect(said).toEqual(inOrder);
    }
    expect(middleware).toEqual([a, b]);
  });

  it("with promises is wrapped by the SDK, and not added to the caller's list", async () => {
    const server = await startServer();
    const said: string[] = [];
    const middleware = [writing(said, "a")];
    const core = make(server.origin, {
      middleware,
      promiseMiddleware: [
        {
          pre: async (context) => (said.push("pre b"), context),
          post: async (context) => (said.push("post b"), context),
        },
      ],
    }).client(CoreV1Api);
    await core.readNode({ name: "n" });
    expect(said).toEqual(inOrder);
    expect(middleware).toHaveLength(1);
  });

  it("may put a header on", async () => {
    const server = await startServer();
    await make(server.origin).client(CoreV1Api).readNode({ name: "n" }, setHeaderOptions("X-Mine", "1"));
    expect(server.received[0]?.headers).toContainEqual(["X-Mine", "1"]);
  });
});

describe("an HTTP library of the user's own", () => {
  const counting = (): HttpLibrary & { sent: number } => {
    const inner = new IsomorphicFetchHttpLibrary();
    const library = {
      sent: 0,
      send: (request: Parameters<HttpLibrary["send"]>[0]) => ((library.sent += 1), inner.send(request)),
    };
    return library;
  };

  it("is what the factory's requests go out by, inside the chain", async () => {
    const server = await startServer();
    const httpApi = counting();
    const seen = recorder();
    await client(server.origin, { httpApi, hooks: seen.hooks }).client(CoreV1Api).readNode({ name: "n" });
    expect([httpApi.sent, seen.attempts.length]).toEqual([1, 1]);
  });

  it("given for one call does not go around the chain", async () => {
    const server = await startServer();
    const httpApi = counting();
    const seen = recorder();
    const charged: string[] = [];
    const quota = ({ operation }: { readonly operation: string }) => (charged.push(operation), []);
    const core = client(server.origin, { hooks: seen.hooks, quota }).client(CoreV1Api);
    await core.readNode({ name: "n" }, { httpApi });
    expect([httpApi.sent, seen.attempts.length]).toEqual([1, 1]);
    expect(charged).toEqual(["CoreV1Api.readNode"]);
  });
});

describe("a signal that a middleware puts on the request", () => {
  const aborting = (signal: AbortSignal): ObservableMiddleware => ({
    pre: (context) => (context.setSignal(signal), from(context)),
    post: (context) => from(context),
  });

  it("ends the request in flight, with its own reason", async () => {
    const server = await startServer(() => ({ action: "hang" }));
    const controller = new AbortController();
    const reason = new Error("changed my mind");
    const core = client(server.origin).client(CoreV1Api);
    const failed = rejection(core.readNode({ name: "n" }, { middleware: [aborting(controller.signal)] }));
    await expect.poll(() => server.received.length, { timeout: 10_000 }).toBe(1);
    controller.abort(reason);
    expect(await failed).toBe(reason);
  });

  it("ends the wait for a token, and nothing is sent", async () => {
    const server = await startServer();
    const controller = new AbortController();
    const reason = new Error("changed my mind");
    const core = client(server.origin, { quota: { refillRate: 0.1, burst: 1 } }).client(CoreV1Api);
    await core.readNode({ name: "n" });
    const failed = rejection(core.readNode({ name: "n" }, { middleware: [aborting(controller.signal)] }));
    setTimeout(() => controller.abort(reason), 20);
    expect(await failed).toBe(reason);
    expect(server.received).toHaveLength(1);
  });
});
