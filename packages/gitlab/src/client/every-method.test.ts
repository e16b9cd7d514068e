import { Gitlab } from "@gitbeaker/rest";
import { describe, expect, it } from "vitest";
import { operationsOf } from "../operations/operation.js";
import { kinds, make, makePlain, recorder, token } from "../test-support/clients.test-support.js";
import { allMethods } from "../test-support/methods.test-support.js";
import { comparable, startServer } from "../test-support/server.test-support.js";

/** For clients that send nothing. */
const nowhere = { host: "http://127.0.0.1:9" };

describe("the SDK's 976 methods", { timeout: 60_000 }, () => {
  it("are all there, under the names of the SDK", () => {
    const names = [...allMethods(new Gitlab({ token, ...nowhere })).keys()];
    expect(names).toHaveLength(976);
    for (const [, kind] of kinds.slice(1)) expect([...allMethods(kind(nowhere)).keys()]).toEqual(names);
  });

  it.each([
    [
      "createGitLabApi",
      (host: string, seen: ReturnType<typeof recorder>) => make({ host, hooks: seen.hooks, quota: () => [] }),
    ],
    ["new GitLabApi", (host: string, seen: ReturnType<typeof recorder>) => makePlain({ host, hooks: seen.hooks })],
  ] as const)("pass both stages once for each request, under their own names, by %s", async (_name, client) => {
    const server = await startServer(({ method }) => ({ body: method === "GET" ? [] : {} }));
    const seen = recorder();
    const methods = allMethods(client(server.host, seen));
    for (const method of methods.values()) await method();
    expect(server.received).toHaveLength(976);
    expect(seen.calls.map(({ operation }) => operation)).toEqual([...methods.keys()]);
    expect(seen.attempts.map(({ operation }) => operation)).toEqual([...methods.keys()]);
    expect(seen.attempts.map(({ id }) => id)).toEqual(seen.calls.map(({ id }) => id));
    expect(seen.calls.map(({ verb }) => verb)).toEqual(server.received.map(({ method }) => method));
    expect(new Set(seen.attempts.map(({ attempt }) => attempt))).toEqual(new Set([1]));
  });

  it("send byte for byte what the SDK sends", { timeout: 60_000 }, async () => {
    const sent: object[][] = [];
    for (const [, kind] of kinds) {
      const server = await startServer(({ method }) => ({ body: method === "GET" ? [] : {} }));
      for (const method of allMethods(kind({ host: server.host, rateLimits: {} })).values()) await method();
      sent.push(server.received.map(comparable));
    }
    expect(sent[0]).toHaveLength(976);
    expect(sent[1]).toEqual(sent[0]);
    expect(sent[2]).toEqual(sent[0]);
  });

  it("are the closed list that metrics go by, and `other`", () => {
    const gitlab = makePlain(nowhere);
    expect(operationsOf(gitlab)).toEqual([...allMethods(gitlab).keys(), "other"]);
  });
});

describe("a wrapped method", () => {
  it("keeps its name, and the resource keeps its class and what it shows", () => {
    const plain = new Gitlab({ token, ...nowhere });
    const gitlab = make(nowhere);
    expect(gitlab).toBeInstanceOf(Gitlab);
    expect(gitlab.Projects).toBeInstanceOf(plain.Projects.constructor);
    expect(gitlab.Projects.constructor).toBe(plain.Projects.constructor);
    expect(gitlab.Projects.all.name).toBe("all");
    expect(Object.keys(gitlab.Projects)).toEqual(Object.keys(plain.Projects));
    expect(Object.keys(gitlab).filter((key) => !["account", "hooks"].includes(key))).toEqual(Object.keys(plain));
  });

  it("that calls another is one call, under the name that was called", async () => {
    const server = await startServer();
    const seen = recorder();
    const gitlab = make({ host: server.host, hooks: seen.hooks });
    await gitlab.Users.createPersonalAccessToken(1, "n", ["api"]);
    await gitlab.MergeRequests.accept(1, 2);
    expect(seen.calls.map(({ operation }) => operation)).toEqual([
      "Users.createPersonalAccessToken",
      "MergeRequests.accept",
    ]);
    expect(seen.calls[1]?.args).toEqual([1, 2]);
    expect(server.received).toHaveLength(2);
  });

  it("of a user's hook that uses the client is a call of its own", async () => {
    const server = await startServer();
    const seen = recorder();
    const gitlab = make({
      host: server.host,
      hooks: [
        ...seen.hooks,
        {
          name: "asks",
          before: async ({ operation }) => {
            if (operation === "Projects.show") await gitlab.Users.showCurrentUser();
          },
        },
      ],
    });
    await gitlab.Projects.show(1);
    expect(seen.calls.map(({ operation }) => operation)).toEqual(["Projects.show", "Users.showCurrentUser"]);
  });

  it("has a requester that may be used without one: a call called `other`", async () => {
    const server = await startServer();
    const seen = recorder();
    const gitlab = make({ host: server.host, hooks: seen.hooks });
    await gitlab.requester.get("version");
    await gitlab.Projects.requester.post("projects", { body: { name: "n" } });
    expect(seen.calls.map(({ operation, verb }) => [operation, verb])).toEqual([
      ["other", "GET"],
      ["other", "POST"],
    ]);
    expect(server.received.map(({ path }) => path)).toEqual(["/api/v4/version", "/api/v4/projects"]);
  });
});
