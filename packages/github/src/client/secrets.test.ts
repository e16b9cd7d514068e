import { inspect } from "node:util";
import { createAppAuth } from "@octokit/auth-app";
import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { factory, keptLog, kinds, recorder, rejection, token } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";

const showing = (value: unknown): string =>
  `${inspect(value, { depth: 12, showHidden: true, getters: true })}\n${String(value)}\n${String((value as Error)?.stack)}`;

describe.each(kinds)("%s does not tell its token", (_name, make) => {
  it.each([
    ["an answer", { status: 404, body: { message: `no ${token} here` } } as const],
    ["a connection that failed", { action: "drop" } as const],
  ])("in the error of %s", async (_what, reply) => {
    const server = await startServer(() => reply);
    const error = await rejection(make(server.origin, { retry: false }).request("GET /x"));
    expect(showing(error)).not.toContain(token);
    expect(error["request"]).toMatchObject({ headers: { authorization: "token [REDACTED]" } });
  });

  it("in the error of a transport that puts its request into it", async () => {
    const fetch = async (_url: unknown, init: unknown): Promise<Response> => {
      throw Object.assign(new Error(`could not send ${JSON.stringify(init)}`), { init });
    };
    const error = await rejection(make("http://127.0.0.1:1", { retry: false, request: { fetch } }).request("GET /x"));
    expect(showing(error)).not.toContain(token);
    expect(showing((error as Error).cause)).not.toContain(token);
  });

  it("when it is inspected, made JSON or spread", async () => {
    const client = make("http://127.0.0.1:1");
    expect(inspect(client)).toMatch(/^GitHubApi \{ account: 'account-\d+', baseUrl: 'http:\/\/127.0.0.1:1' \}$/);
    for (const depth of [0, 3, 12]) expect(inspect(client, { depth, showHidden: true })).not.toContain(token);
    expect(inspect({ ...client }, { depth: 12, showHidden: true })).not.toContain(token);
    expect(JSON.stringify(client)).not.toContain(token);
  });

  it("in log lines, metrics and calls", async () => {
    const server = await startServer(() => ({ status: 403, body: { message: `bad ${token}` } }));
    const [log, registry, seen] = [keptLog(), new Registry(), recorder()];
    const client = make(server.origin, { log, registry, hooks: seen.hooks });
    await rejection(client.rest.repos.get({ owner: "o", repo: "r" }));
    expect(log.lines.join("\n")).toContain("GET /repos/o/r - 403");
    expect(log.lines.join("\n")).not.toContain(token);
    expect(await registry.metrics()).toContain("GET /repos/{owner}/{repo}");
    expect(await registry.metrics()).not.toContain(token);
    expect(showing(seen.attempts)).not.toContain(token);
  });

  it("nor tokens among the arguments, in the error", async () => {
    const server = await startServer(() => ({ status: 422, body: { message: "No" } }));
    const error = await rejection(
      make(server.origin).rest.apps.checkToken({ client_id: "Iv1.a", access_token: "gho_someone-elses-token" }),
    );
    expect(showing(error)).not.toContain("gho_someone-elses-token");
  });

  it("nor an authorization of the call's own, which is another account", async () => {
    const server = await startServer(() => ({ status: 404, body: {} }));
    const seen = recorder();
    const client = make(server.origin, { auth: undefined, quota: { tier: "unauthenticated" }, hooks: seen.hooks });
    const error = await rejection(client.request("GET /x", { headers: { authorization: `token ${token}` } }));
    expect(showing(error)).not.toContain(token);
    expect(seen.attempts[0]?.account).toMatch(/^account-\d+:[0-9a-f]{12}$/);
  });
});

it("an app's private key shows nowhere", async () => {
  const privateKey = "-----BEGIN NOTHING-----\nnot a key at all\n-----END NOTHING-----";
  const client = factory("http://127.0.0.1:1", {
    authStrategy: createAppAuth,
    auth: { appId: 1, privateKey, installationId: 2 },
    retry: false,
  });
  const error = await rejection(client.request("GET /x"));
  expect(showing(error)).not.toContain("not a key at all");
  expect(inspect(client, { depth: 12, showHidden: true })).not.toContain("not a key at all");
});
