import { ConfigError } from "@sluice/core";
import { createAppAuth } from "@octokit/auth-app";
import { describe, expect, it } from "vitest";
import { createGitHubApi, GitHubApi } from "../index.js";
import { recorder, token } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";

function failure(make: () => unknown): unknown {
  try {
    make();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

it.each([
  ["account", "", {}],
  ["account", "  ", {}],
  ["account", 5, {}],
  ["auth", "acme", { auth: "two words" }],
  ["auth", "acme", { auth: "line\nbreak" }],
  ["mode", "acme", { mode: "off" }],
  ["redis", "acme", { redis: "http://cache" }],
  ["timeoutMs", "acme", { timeoutMs: 0 }],
  ["retry", "acme", { retry: "often" }],
  ["maxRetries", "acme", { retry: { maxRetries: -1 } }],
  ["onStoreError", "acme", { onStoreError: "panic" }],
  ["limiter", "acme", { limiter: {} }],
  ["hooks", "acme", { hooks: "log" }],
  ["log", "acme", { log: {} }],
  ["breaker", "acme", { breaker: 5 }],
  ["plugins", "acme", { plugins: "retry" }],
  ["quota.tier", "acme", { quota: { tier: "gold" } }],
])("%s is refused by name for %j %j", (option, account, options) => {
  const error = failure(() => createGitHubApi(account as string, { auth: token, env: {}, ...options } as never));
  expect(error).toBeInstanceOf(ConfigError);
  expect((error as ConfigError).option).toBe(option);
});

it.each([
  ["GITHUB_TOKEN_ACME", { GITHUB_TOKEN_ACME: "a b" }],
  ["GITHUB_TOKEN", { GITHUB_TOKEN: "a b" }],
  ["GH_TOKEN", { GH_TOKEN: "a\tb" }],
  ["SLUICE_MODE", { GITHUB_TOKEN: token, SLUICE_MODE: "off" }],
  ["REDIS_URL", { GITHUB_TOKEN: token, REDIS_URL: "cache" }],
  ["GITHUB_RATE_LIMIT_TIER", { GITHUB_TOKEN: token, GITHUB_RATE_LIMIT_TIER: "7" }],
])("%s is refused by name for %j", (option, env) => {
  const error = failure(() => createGitHubApi("acme", { env }));
  expect(error).toBeInstanceOf(ConfigError);
  expect((error as ConfigError).option).toBe(option);
  expect(String(error)).not.toContain("a b");
});

describe("without a token anywhere", () => {
  it("there is no client, but when it is meant so", () => {
    const error = failure(() => createGitHubApi("acme-org", { env: { GITHUB_TOKEN: "" } })) as ConfigError;
    expect(error.message).toContain("GITHUB_TOKEN_ACME_ORG, GITHUB_TOKEN or GH_TOKEN");
    expect(error.message).toContain('tier: "unauthenticated"');
    expect(createGitHubApi("acme", { env: {}, quota: { tier: "unauthenticated" } })).toBeInstanceOf(GitHubApi);
    expect(createGitHubApi("acme", { env: { GITHUB_RATE_LIMIT_TIER: "unauthenticated" } })).toBeInstanceOf(GitHubApi);
  });

  it("a strategy of its own will do", () => {
    const auth = { appId: 1, privateKey: "key", installationId: 2 };
    expect(createGitHubApi("acme", { env: {}, authStrategy: createAppAuth, auth })).toBeInstanceOf(GitHubApi);
  });
});

it.each([
  ["the option", { auth: token }, {}],
  ["the account's own variable", {}, { GITHUB_TOKEN_ACME_ORG: token, GITHUB_TOKEN: "ghp_x", GH_TOKEN: "ghp_y" }],
  ["GITHUB_TOKEN", {}, { GITHUB_TOKEN: token, GH_TOKEN: "ghp_y" }],
  ["GH_TOKEN", {}, { GITHUB_TOKEN: "", GH_TOKEN: token }],
])("the token is that of %s", async (_where, options, env) => {
  const server = await startServer();
  await createGitHubApi("acme.org", { ...options, env, baseUrl: server.origin }).rest.meta.root();
  expect(server.received[0]?.headers).toContainEqual(["authorization", `token ${token}`]);
});

it("the plain constructor refuses an empty account, and nothing else", () => {
  expect(failure(() => new GitHubApi(""))).toBeInstanceOf(ConfigError);
  expect(new GitHubApi("acme")).toBeInstanceOf(GitHubApi);
  const client = new GitHubApi("acme");
  expect(failure(() => (client.mode = "enforce"))).toMatchObject({ option: "mode" });
});

it("a plain client knows neither the environment nor a store", async () => {
  const server = await startServer();
  const seen = recorder();
  process.env["GITHUB_TOKEN"] = token;
  process.env["REDIS_URL"] = "redis://127.0.0.1:1";
  process.env["SLUICE_MODE"] = "nonsense";
  try {
    const client = new GitHubApi("acme", { baseUrl: server.origin, hooks: seen.hooks });
    await client.rest.meta.root();
    expect(server.received[0]?.headers.map(([name]) => name)).not.toContain("authorization");
    expect(client.hooks.describe()).not.toContain("rate-limit");
    expect(client.mode).toBe("disabled");
    await client.close();
  } finally {
    for (const name of ["GITHUB_TOKEN", "REDIS_URL", "SLUICE_MODE"]) Reflect.deleteProperty(process.env, name);
  }
});
