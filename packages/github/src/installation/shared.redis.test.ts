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

type Place = NonNullable<GitHubFactoryOptions["redis"]>;

/**
 * Two names of one server: as far apart as two processes, each with a store, a connection and a listener of its own. Answers count,
 * however late they are.
 */
const places = (): [Place, Place] => [
  { url: redis.url, commandTimeoutMs: 10_000 },
  { url: redis.url.replace("127.0.0.1", "localhost"), commandTimeoutMs: 10_000 },
];

function make(server: LocalServer, place: Place, account: string, options: GitHubFactoryOptions = {}): GitHubApi {
  const client = createGitHubApi(account, {
    auth: token,
    baseUrl: server.origin,
    redis: place,
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
    const [one, other] = places().map((place) => make(server, place, account, options)) as [GitHubApi, GitHubApi];
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
    const options = { timeoutMs: 10_000, quota: { tokens: 6, refillRate: 0.001 } };
    const clients = places().map((place) => make(server, place, account, options));
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
    const arrivals: number[] = [];
    const server = await startServer((_request, index) => {
      arrivals.push(performance.now());
      return index === 2 ? refusal : { body: { data: {} } };
    });
    const account = newAccount();
    const [here, there] = places();
    const one = make(server, here, account, { retry: false });
    const other = make(server, there, account, { retry: false });
    const ask = (client: GitHubApi): Promise<unknown> =>
      path === "/graphql" ? client.graphql("{ a }") : client.request(`GET ${path}`);
    await Promise.all([ask(one), ask(other)]);
    await rejection(ask(one));
    await ask(other);
    const waitedMs = (arrivals[3] as number) - (arrivals[2] as number);
    expect(waitedMs).toBeGreaterThan(950);
    expect(waitedMs).toBeLessThan(10_000);
  });

  it("both hold when the resource of one is used up, until it resets by the server's clock", async () => {
    const resetAt = Math.floor(Date.now() / 1000) + 7260;
    // A server whose clock is two hours ahead: by ours the reset would be far off.
    const ahead = new Date((resetAt - 60) * 1000).toUTCString();
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
    const [here, there] = places();
    const [one, other] = [make(server, here, account), make(server, there, account)];
    await Promise.all([one.request("GET /user"), other.request("GET /user")]);
    await one.request("GET /user");
    // Another resource has its own window: no call waits for a minute.
    await other.request("GET /search/users", { q: "a" });
    const error = await rejection(make(server, there, account, { timeoutMs: 10_000 }).request("GET /user"));
    expect(error["code"]).toMatch(/^(?:LIMIT|DEADLINE)_EXCEEDED$/);
  });
});
