import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GitLabFactoryOptions } from "../index.js";
import { make, newAccount, rejection } from "../test-support/clients.test-support.js";
import { contentsOf } from "../test-support/redis-contents.test-support.js";
import { type Reply, startServer } from "../test-support/server.test-support.js";
import type { GitLabApi } from "./gitlab-api.js";

let redis: RedisServer;
beforeAll(async () => void (redis = await startRedisServer()));
afterAll(() => redis.stop());

/** Two clients as far apart as two processes: two names of one server are two stores and two connections. Late answers count. */
function two(host: string, account: string, options: GitLabFactoryOptions = {}): [GitLabApi, GitLabApi] {
  const at = (url: string) =>
    make({ host, redis: { url, commandTimeoutMs: 10_000 }, quota: { tier: "gitlab.com" }, ...options }, account);
  return [at(redis.url), at(redis.url.replace("127.0.0.1", "localhost"))];
}

const middleware: Reply = {
  status: 429,
  headers: {
    "content-type": "text/plain",
    "retry-after": "60",
    "ratelimit-name": "throttle_authenticated_api",
    "ratelimit-remaining": "0",
  },
  body: "Retry later",
};
const endpoint: Reply = {
  status: 429,
  headers: { "retry-after": "60", "ratelimit-remaining": "1900" },
  body: { message: "slow" },
};

/** A wait that no call has the time for. */
const held = { code: "LIMIT_EXCEEDED", provider: "gitlab" };

describe("a 429 in one process", () => {
  it("of the middleware holds all that the user does, in the other process too, and no other user", async () => {
    const server = await startServer(({ path }) => (path.endsWith("/9") ? middleware : {}));
    const account = newAccount();
    const [first, second] = two(server.host, account, { retry: false });
    const [stranger] = two(server.host, newAccount(), { retry: false });
    await Promise.all([first, second, stranger].map((gitlab) => gitlab.Users.showCurrentUser()));
    await rejection(first.Projects.show(9));
    await stranger.Users.showCurrentUser();
    expect(await rejection(second.Issues.create(1, "t"))).toMatchObject(held);
  });

  it("of one endpoint holds that endpoint in the other process, and nothing else", async () => {
    const server = await startServer(({ path }) => (path.endsWith("/9") ? endpoint : {}));
    const [first, second] = two(server.host, newAccount(), { retry: false });
    await Promise.all([first, second].map((gitlab) => gitlab.Projects.show(1)));
    await rejection(first.Projects.show(9));
    await second.Issues.create(1, "t");
    expect(await rejection(second.Projects.show(1))).toMatchObject(held);
  });

  it("is over there when it said so", async () => {
    const refusal = { ...endpoint, headers: { ...endpoint.headers, "retry-after": "1" } };
    const server = await startServer(({ path }) => (path.endsWith("/9") ? refusal : {}));
    const [first, second] = two(server.host, newAccount(), { retry: false });
    await rejection(first.Projects.show(9));
    await second.Projects.show(1);
    const [refused, next] = server.received;
    expect((next?.atMs ?? 0) - (refused?.atMs ?? 0)).toBeGreaterThan(950);
  });
});

it("the numbers of one user are one set for both processes, and `remaining` lowers them", async () => {
  const server = await startServer((_request, index) =>
    index < 2
      ? {}
      : {
          headers: {
            "ratelimit-name": "throttle_authenticated_api",
            "ratelimit-limit": "20",
            "ratelimit-remaining": "3",
          },
        },
  );
  const [first, second] = two(server.host, newAccount(), {
    timeoutMs: 10_000,
    quota: { tier: "gitlab.com", perMinute: 20 },
  });
  await first.Users.showCurrentUser();
  await second.Users.showCurrentUser();
  await first.Users.showCurrentUser();
  const settled = await Promise.allSettled(Array.from({ length: 8 }, () => second.Users.showCurrentUser()));
  expect(settled.filter(({ status }) => status === "fulfilled").length).toBeLessThanOrEqual(3);
  expect(
    settled.flatMap((one) => (one.status === "rejected" ? [(one.reason as { code: string }).code] : [])),
  ).toContain("LIMIT_EXCEEDED");
});

it("no token is in Redis", async () => {
  const server = await startServer();
  const [gitlab] = two(server.host, newAccount());
  await gitlab.Projects.show("group/secret-project");
  const kept = await contentsOf(redis.url);
  expect(kept).toContain(`{gitlab:${gitlab.account}}`);
  expect(kept).not.toMatch(/glpat-/);
});
