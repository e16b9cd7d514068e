import type { Gitlab } from "@gitbeaker/rest";
import { describe, expect, it } from "vitest";
import type { GitLabSdkOptions } from "../index.js";
import { kinds, make } from "../test-support/clients.test-support.js";
import { comparable, startServer } from "../test-support/server.test-support.js";

interface Case {
  readonly what: string;
  readonly options?: GitLabSdkOptions;
  readonly call: (client: Gitlab) => Promise<unknown>;
  readonly requests?: number;
}

const file = { content: new Blob([new Uint8Array(Array.from({ length: 256 }, (_, n) => n))]), filename: "ü.bin" };

const cases: readonly Case[] = [
  { what: "no arguments", call: (client) => client.Users.showCurrentUser() },
  { what: "a path that has to be encoded", call: (client) => client.Projects.show("group/sub group/ünï?x#y") },
  {
    what: "a query of nested and odd values",
    call: (client) =>
      client.Issues.all({
        labels: "a,b c",
        notIn: { labels: ["x", "y"] },
        iids: [1, 2],
        createdAfter: new Date(0).toISOString(),
        confidential: false,
        none: null,
        left: undefined,
      } as never),
  },
  {
    what: "a body with camel-case names",
    call: (client) =>
      client.Commits.create(1, "main", "message 🙂", [{ action: "create", filePath: "a", content: "x" }]),
  },
  { what: "a DELETE with a body", call: (client) => client.Branches.remove(1, "feature/x") },
  { what: "sudo of a call", call: (client) => client.Users.all({ sudo: "root" } as never) },
  { what: "sudo of the client", options: { sudo: 7 }, call: (client) => client.Users.showCurrentUser() },
  {
    what: "a profile token, sudo and a body",
    options: { sudo: 7, profileToken: "profile-me", profileMode: "memory" },
    call: (client) => client.Issues.create(1, "t"),
  },
  { what: "an OAuth token", options: { oauthToken: "oauth-1" }, call: (client) => client.Issues.create(1, "t") },
  { what: "a job token", options: { jobToken: "job-1" }, call: (client) => client.Users.showCurrentUser() },
  {
    what: "a token that has to be got",
    options: { token: async () => "glpat-dynamic" },
    call: (client) => client.Users.showCurrentUser(),
  },
  { what: "a path below the API", options: { prefixUrl: "projects" }, call: (client) => client.Users.all() },
  { what: "camelize", options: { camelize: true as never }, call: (client) => client.Projects.show(1) },
  { what: "an upload", call: (client) => client.Projects.uploadForReference(1, file) },
  {
    what: "an import",
    call: (client) => client.ProjectImportExports.import(file, "path/of it", { overwrite: true } as never),
  },
  { what: "an archive", call: (client) => client.Repositories.showArchive(1, { fileType: "zip" } as never) },
  {
    what: "the header that one resource keeps for its next calls",
    call: async (client) => {
      await client.Composer.showBaseRepository(1, { composerVersion: "2" });
      await client.Composer.showPackages(1, "sha");
    },
    requests: 2,
  },
  {
    what: "that header beside a profile token",
    options: { profileToken: "profile-me" },
    call: async (client) => {
      await client.Composer.showBaseRepository(1, { composerVersion: "2" });
      await client.Composer.showPackages(1, "sha");
    },
    requests: 2,
  },
  {
    what: "an endpoint that the SDK begins with a slash",
    call: (client) => client.NuGet.search("q", { projectId: 1 }),
  },
];

describe("what goes out is byte for byte what the SDK sends", () => {
  it.each(cases)("$what", async ({ options, call, requests = 1 }) => {
    const sent: object[][] = [];
    for (const [, kind] of kinds) {
      const server = await startServer(({ method }) => ({ body: method === "GET" ? [] : {} }));
      // The SDK takes the first of its tokens that is there.
      const own = options !== undefined && ("oauthToken" in options || "jobToken" in options);
      await call(kind({ host: server.host, ...(own ? { token: undefined } : {}), ...options }));
      sent.push(server.received.map(comparable));
    }
    expect(sent[0]).toHaveLength(requests);
    expect(sent[1]).toEqual(sent[0]);
    expect(sent[2]).toEqual(sent[0]);
  });

  it("a repetition by our retry is the same request again", async () => {
    const server = await startServer((_request, index) => ({
      status: index === 0 ? 429 : 200,
      headers: { "retry-after": "0" },
    }));
    await make({ host: server.host, quota: () => [] }).Projects.uploadForReference(1, file);
    expect(server.received).toHaveLength(2);
    expect(comparable(server.received[1] as never)).toEqual(comparable(server.received[0] as never));
  });

  it("a token is got once for each request, and anew for the next", async () => {
    const server = await startServer((_request, index) => ({ status: index === 0 ? 500 : 200 }));
    let got = 0;
    const gitlab = make({ host: server.host, token: async () => `glpat-${(got += 1)}` });
    await gitlab.Users.showCurrentUser();
    await gitlab.Users.showCurrentUser();
    const tokens = server.received.map(({ headers }) => headers.find(([name]) => name === "private-token")?.[1]);
    expect(tokens).toEqual(["glpat-1", "glpat-1", "glpat-2"]);
  });

  it("the options object is not written to", async () => {
    const server = await startServer();
    for (const [, kind] of kinds.slice(1)) {
      const options = Object.freeze({ host: server.host, rateLimits: Object.freeze({ "**": 10 }), profileToken: "p" });
      await kind(options).Users.showCurrentUser();
    }
    expect(server.received).toHaveLength(2);
  });
});
