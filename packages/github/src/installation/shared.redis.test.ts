import { generateKeyPairSync } from "node:crypto";
import { createRequire } from "node:module";
import { createAppAuth } from "@octokit/auth-app";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createGitHubApi, type GitHubApi, type GitHubFactoryOptions } from "../index.js";
import { keptLog, newAccount, rejection, token } from "../test-support/clients.test-support.js";
import { appServer } from "../test-support/app.test-support.js";
import { type LocalServer, startServer } from "../test-support/server.test-support.js";

interface Reader {
  keys(pattern: string): Promise<string[]>;
  dumpBuffer(key: string): Promise<Buffer>;
  disconnect(): void;
}
const { Redis } = createRequire(new URL("../../../limiter-redis/package.json", import.meta.url))("ioredis") as {
  Redis: new (url: string) => Reader;
};

let redis: RedisServer;
beforeAll(async () => void (redis = await startRedisServer()));
afterAll(() => redis.stop());

/** Two names of one server: as far apart as two processes, each with a store, a connection and a listener of its own. */
const urls = (): [string, string] => [redis.url, redis.url.replace("127.0.0.1", "localhost")];

function make(server: LocalServer, url: string, account: string, options: GitHubFactoryOptions = {}): GitHubApi {
  const client = createGitHubApi(account, {
    auth: token,
    baseUrl: server.origin,
    redis: url,
    log: keptLog(),
    env: {},
    quota: { tier: "user" },
    ...options,
    plugins: undefined,
  });
  onTestFinished(() => client.close());
  return client;
}

const privateKey = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs1", format: "pem" })
  .toString();

describe("two processes", () => {
  it("get the token of an installation once, and nobody reads it in Redis", async () => {
    const { server, asked, used } = await appServer();
    const account = newAccount();
    const options = { authStrategy: createAppAuth, auth: { appId: 7, privateKey, installationId: 42 } };
    const [one, other] = urls().map((url) => make(server, url, account, options)) as [GitHubApi, GitHubApi];
    await one.request("GET /user");
    await other.request("GET /user");
    expect(asked()).toBe(1);
    expect(used()).toEqual(["token ghs_1", "token ghs_1"]);

    const reader = new Redis(redis.url);
    onTestFinished(() => void reader.disconnect());
    const keys = await reader.keys("*");
    const dumps = await Promise.all(keys.map((key) => reader.dumpBuffer(key)));
    expect(keys.length).toBeGreaterThan(0);
    for (const text of [...keys, ...dumps.map((dump) => String(dump))]) expect(text).not.toContain("ghs_1");
  });

  it("share one hour", async () => {
    const server = await startServer();
    const account = newAccount();
    const options = { timeoutMs: 2000, quota: { tokens: 6, refillRate: 0.001 } };
    const clients = urls().map((url) => make(server, url, account, options));
    for (const client of clients) await client.request("GET /user");
    const settled = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) => clients[n % 2]?.request("GET /user")),
    );
    expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(4);
    expect(server.received).toHaveLength(6);
  });

  it.each([
    [
      "a secondary limit",
      { status: 403, headers: { "retry-after": "1" }, body: { message: "You have exceeded a secondary rate limit" } },
      "/user",
    ],
    [
      "GraphQL's own limit in a 200",
      {
        status: 200,
        headers: { "retry-after": "1", "x-ratelimit-remaining": "5" },
        body: { errors: [{ type: "RATE_LIMITED", message: "limit" }] },
      },
      "/graphql",
    ],
  ])("both hold when %s refused one of them", async (_what, refusal, path) => {
    const server = await startServer((_request, index) => (index === 2 ? refusal : { body: { data: {} } }));
    const account = newAccount();
    const [one, other] = urls().map((url) => make(server, url, account, { retry: false })) as [GitHubApi, GitHubApi];
    const ask = (client: GitHubApi): Promise<unknown> =>
      path === "/graphql" ? client.graphql("{ a }") : client.request(`GET ${path}`);
    await Promise.all([ask(one), ask(other)]);
    await rejection(ask(one));
    const startedMs = performance.now();
    await ask(other);
    const waitedMs = performance.now() - startedMs;
    expect(waitedMs).toBeGreaterThan(700);
    expect(waitedMs).toBeLessThan(3000);
  });

  it("both hold when the resource of one is used up, until it resets by the server's clock", async () => {
    const resetAt = Math.floor(Date.now() / 1000) + 7201;
    // A server whose clock is two hours ahead: by ours the reset would be far off.
    const ahead = new Date((resetAt - 1) * 1000).toUTCString();
    const server = await startServer((_request, index) => ({
      headers:
        index === 2
          ? {
              date: ahead,
              "x-ratelimit-resource": "core",
              "x-ratelimit-remaining": "0",
              "x-ratelimit-reset": String(resetAt),
            }
          : {},
    }));
    const account = newAccount();
    const [one, other] = urls().map((url) => make(server, url, account)) as [GitHubApi, GitHubApi];
    await Promise.all([one.request("GET /user"), other.request("GET /user")]);
    await one.request("GET /user");
    const startedMs = performance.now();
    // Another resource has its own window.
    await other.request("GET /search/users", { q: "a" });
    expect(performance.now() - startedMs).toBeLessThan(500);
    const error = await rejection(make(server, urls()[1], account, { timeoutMs: 300 }).request("GET /user"));
    expect(error["code"]).toMatch(/^(?:LIMIT|DEADLINE)_EXCEEDED$/);
  });
});
