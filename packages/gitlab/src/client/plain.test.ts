import { GitbeakerRequestError, GitbeakerRetryError, GitbeakerTimeoutError } from "@gitbeaker/rest";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { kinds, makePlain, newRegistry, recorder, rejection, token } from "../test-support/clients.test-support.js";
import { type Reply, startServer } from "../test-support/server.test-support.js";
import { GitLabApi } from "./gitlab-api.js";

/** The SDK's client and ours, made plainly. */
const both = kinds.slice(0, 2);

/** What both make of the same answers: result or error, and how many requests it took. */
async function outcomes(answer: (index: number) => Reply, write = false): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const [, kind] of both) {
    const server = await startServer((_request, index) => answer(index));
    const gitlab = kind({ host: server.host, queryTimeout: 2000 });
    const result = await (write ? gitlab.Issues.create(1, "t") : gitlab.Projects.show(1)).catch((error: Error) => ({
      name: error.name,
      type: error.constructor,
      message: error.message,
    }));
    found.push({ result, requests: server.received.length });
  }
  return found;
}

describe("a plain client does as gitbeaker does", () => {
  it.each<[string, (index: number) => Reply]>([
    ["a good answer", () => ({ body: { id: 1, name: "n" } })],
    ["an empty answer", () => ({ body: "null" })],
    ["no content", () => ({ status: 204 })],
    ["text", () => ({ headers: { "content-type": "text/plain; charset=utf-8" }, body: "words" })],
    ["a 404", () => ({ status: 404, body: { message: "404 Project Not Found" } })],
    ["a 400 with a structure", () => ({ status: 400, body: { message: { name: ["is too short"] } } })],
    ["an error by its other name", () => ({ status: 401, body: { error: "invalid_token" } })],
    ["a 500 in text", () => ({ status: 500, headers: { "content-type": "text/html" }, body: "<h1>Oops</h1>" })],
    ["a 503", () => ({ status: 503 })],
    ["429 twice, then good", (index) => (index < 2 ? { status: 429, headers: { "retry-after": "30" } } : {})],
    ["502 for ever", () => ({ status: 502 })],
    ["429 for ever", () => ({ status: 429 })],
  ])("with %s", async (_what, answer) => {
    for (const write of [false, true]) {
      const [sdk, ours] = await outcomes(answer, write);
      expect(ours).toEqual(sdk);
    }
  });

  it("with what is neither text nor JSON", async () => {
    const blobs: Blob[] = [];
    for (const [, kind] of both) {
      const server = await startServer(() => ({ headers: { "content-type": "application/zip" }, body: "PK" }));
      blobs.push((await kind({ host: server.host }).Repositories.showArchive(1)) as Blob);
    }
    expect(blobs[1]?.type).toBe(blobs[0]?.type);
    expect(await blobs[1]?.text()).toBe("PK");
  });

  it("with its own limiter before each request, for each resource", async () => {
    for (const [, kind] of both) {
      const server = await startServer();
      const gitlab = kind({ host: server.host, rateLimits: { "**": 2 }, rateLimitDuration: 1 });
      const startedMs = performance.now();
      await Promise.all([1, 2, 3].map(() => gitlab.Projects.show(1)));
      expect(performance.now() - startedMs).toBeGreaterThan(500);
      await gitlab.Users.showCurrentUser();
    }
  });

  it("with its errors, which tell status and headers", async () => {
    const server = await startServer(() => ({ status: 404, body: { message: "no" } }));
    const error = await rejection(makePlain({ host: server.host }).Projects.show(1));
    expect(error).toBeInstanceOf(GitbeakerRequestError);
    const { request, response, description } = (error as unknown as GitbeakerRequestError).cause ?? {};
    expect([request?.url, request?.method, response?.status, description]).toEqual([
      `${server.host}/api/v4/projects/1`,
      "GET",
      404,
      "no",
    ]);
  });

  it("with its timeout", async () => {
    const server = await startServer(() => ({ action: "hang" }));
    for (const [, kind] of both)
      expect(await rejection(kind({ host: server.host, queryTimeout: 40 }).Projects.show(1))).toBeInstanceOf(
        GitbeakerTimeoutError,
      );
  });
});

describe("beside that, a plain client", () => {
  it("shows each of the SDK's tries as an attempt of one call", async () => {
    const server = await startServer((_request, index) => ({ status: index < 2 ? 502 : 200 }));
    const seen = recorder();
    await makePlain({ host: server.host, hooks: seen.hooks }).Projects.show(1);
    expect(seen.calls).toHaveLength(1);
    expect(seen.attempts.map(({ attempt, id }) => [attempt, id])).toEqual([1, 2, 3].map((n) => [n, seen.calls[0]?.id]));
  });

  it("says how often it tried, and what came last", async () => {
    const server = await startServer(() => ({
      status: 429,
      body: "Retry later",
      headers: { "content-type": "text/plain" },
    }));
    const error = await rejection(makePlain({ host: server.host }).Projects.show(1));
    expect(error).toBeInstanceOf(GitbeakerRetryError);
    expect(error.cause).toMatchObject({ description: "Retry later", response: { status: 429 } });
    expect(server.received).toHaveLength(10);
  });

  it("reads nothing from the environment, and limits nothing", async () => {
    vi.stubEnv("GITLAB_TOKEN", "glpat-of-the-environment");
    vi.stubEnv("REDIS_URL", "no url at all");
    onTestFinished(() => void vi.unstubAllEnvs());
    const server = await startServer();
    const gitlab = new GitLabApi("acme", { host: server.host, registry: newRegistry() });
    await gitlab.Projects.show(1);
    expect(server.received[0]?.headers.map(([name]) => name)).not.toContain("private-token");
    expect(gitlab.hooks.list("attempt").map(({ name }) => name)).toEqual(["metrics"]);
    expect(gitlab.mode).toBe("disabled");
    expect(() => (gitlab.mode = "enforce")).toThrow(expect.objectContaining({ option: "mode" }));
    await gitlab.close();
    await gitlab.Projects.show(1);
  });

  it("counts in the metrics", async () => {
    const registry = newRegistry();
    const server = await startServer();
    await new GitLabApi("acme", { host: server.host, token, registry }).Projects.show(1);
    expect(await registry.metrics()).toMatch(/sluice_api_requests_total\{[^}]*operation="Projects\.show"/);
  });
});
