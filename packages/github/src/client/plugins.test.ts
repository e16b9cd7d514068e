import { Octokit } from "@octokit/rest";
import { describe, expect, it } from "vitest";
import { createGitHubApi, GitHubApi } from "../index.js";
import {
  factory,
  keptLog,
  kinds,
  newAccount,
  recorder,
  rejection,
  token,
} from "../test-support/clients.test-support.js";
import { inOrder, startServer } from "../test-support/server.test-support.js";

/** A plugin as they are: a method of its own, which asks, and a hook. */
const greeting = (octokit: Octokit | GitHubApi | { request: Octokit["request"] }) => ({
  greet: (name: string) => octokit.request("GET /users/{username}", { username: name }),
});
/** Tries again whatever fails, as plugin-retry does. */
const stubborn = (octokit: { hook: Octokit["hook"] }) => {
  octokit.hook.wrap("request", async (request, options) => {
    try {
      return await request(options);
    } catch {
      return request(options);
    }
  });
  return {};
};

it("a plain class takes plugins and defaults as Octokit does", async () => {
  const server = await startServer();
  const seen = recorder();
  const Own = GitHubApi.plugin(greeting).defaults({ baseUrl: server.origin, userAgent: "mine/2", hooks: seen.hooks });
  const client = new Own("acme", { auth: token, log: keptLog(), userAgent: "own/1" });
  await client.greet("octocat");
  expect(client).toBeInstanceOf(GitHubApi);
  expect(client).toBeInstanceOf(Octokit);
  expect(client.account).toBe("acme");
  expect(seen.attempts.map(({ operation }) => operation)).toEqual(["GET /users/{username}"]);
  const agent = server.received[0]?.headers.find(([name]) => name.toLowerCase() === "user-agent")?.[1];
  expect(agent).toMatch(/^own\/1 mine\/2 octokit-rest\.js/);
});

it("defaults may be a function of the options", async () => {
  const server = await startServer();
  const Own = GitHubApi.defaults((options) => ({ ...options, baseUrl: server.origin }));
  await new Own("acme", { auth: token, log: keptLog() }).request("GET /x");
  expect(server.received).toHaveLength(1);
});

it("a factory takes plugins as an option", async () => {
  const server = await startServer();
  const seen = recorder();
  const client = createGitHubApi(newAccount(), {
    auth: token,
    baseUrl: server.origin,
    log: keptLog(),
    env: {},
    hooks: seen.hooks,
    plugins: [greeting],
  });
  await client.greet("octocat");
  await client.as({ namespace: "team-a" }).greet("hubot");
  expect(seen.calls.map(({ operation }) => operation)).toEqual(Array(2).fill("GET /users/{username}"));
});

it("a factory switches retrying and throttling plugins off by their own options", () => {
  const given: unknown[] = [];
  const plugin = (_octokit: unknown, options: Record<string, unknown>) =>
    void given.push(options["retry"], options["throttle"]);
  createGitHubApi(newAccount(), {
    auth: token,
    env: {},
    throttle: { onRateLimit: () => true },
    retry: { maxRetries: 2 },
    plugins: [plugin],
  });
  expect(given).toEqual([{ enabled: false }, { enabled: false }]);
});

it("plugins are not shown what is ours", () => {
  let shown: object = {};
  const plugin = (_octokit: unknown, options: object) => void (shown = options);
  createGitHubApi(newAccount(), { auth: token, env: {}, redis: undefined, timeoutMs: 5, hooks: [], plugins: [plugin] });
  expect(Object.keys(shown).toSorted()).toEqual(["auth", "retry", "throttle", "userAgent"]);
});

it("what a plugin sends again is an attempt of the same call, charged like any other", async () => {
  const server = await startServer(inOrder({ status: 404, body: {} }, { body: { a: 1 } }));
  const seen = recorder();
  const charged: string[] = [];
  const client = createGitHubApi(newAccount(), {
    auth: token,
    baseUrl: server.origin,
    log: keptLog(),
    env: {},
    hooks: seen.hooks,
    quota: (call) => (charged.push(call.operation), []),
    plugins: [stubborn],
  });
  await client.request("GET /user");
  expect(server.received).toHaveLength(2);
  expect(seen.calls).toHaveLength(1);
  expect(seen.attempts.map(({ attempt, id }) => [attempt, id])).toEqual([
    [1, seen.calls[0]?.id],
    [2, seen.calls[0]?.id],
  ]);
  expect(charged).toEqual(["GET /user", "GET /user"]);
});

describe.each(kinds)("%s: a hook of Octokit's own", (_name, make) => {
  it("runs once for each call, outside of both stages, and may change options in place", async () => {
    const server = await startServer();
    const seen = recorder();
    const client = make(server.origin, { hooks: seen.hooks });
    client.hook.before("request", (options) => {
      options.headers["x-mine"] = "1";
    });
    const told: number[] = [];
    client.hook.after("request", (response) => void told.push(response.status));
    await client.request("GET /user");
    expect(server.received[0]?.headers).toContainEqual(["x-mine", "1"]);
    expect(told).toEqual([200]);
    expect(seen.calls).toHaveLength(1);
  });

  it("that puts other options in their place is ignored, as Octokit ignores it", async () => {
    const server = await startServer();
    const seen = recorder();
    const client = make(server.origin, { hooks: seen.hooks });
    client.hook.wrap("request", (request, options) => request({ ...options, url: "/elsewhere" }));
    await client.request("GET /user");
    expect(server.received[0]?.path).toBe("/user");
    expect(seen.attempts[0]?.id).toBe(seen.calls[0]?.id);
  });

  it("sees the SDK's own errors", async () => {
    const server = await startServer(() => ({ status: 404, body: { message: "Not Found" } }));
    const client = make(server.origin);
    const told: unknown[] = [];
    client.hook.error("request", (error) => {
      told.push(error);
      throw error;
    });
    expect(await rejection(client.request("GET /user"))).toBe(told[0]);
  });

  it("applies to as() too", async () => {
    const server = await startServer();
    const seen = recorder();
    const client = make(server.origin, { hooks: seen.hooks });
    client.hook.before("request", (options) => {
      options.headers["x-mine"] = "1";
    });
    const other = client.as({ namespace: "team-a" });
    await other.rest.users.getAuthenticated();
    await other.paginate("GET /user/repos");
    await other.graphql("{ a }").catch(() => {});
    await other.request.defaults({ owner: "o" })("GET /repos/{owner}/x");
    expect(seen.calls.map(({ caller }) => caller?.namespace)).toEqual(Array(4).fill("team-a"));
    for (const { headers } of server.received) expect(headers).toContainEqual(["x-mine", "1"]);
    expect(await other.auth()).toEqual(await client.auth());
    expect(other.hooks).toBe(client.hooks);
    expect(other).toBeInstanceOf(GitHubApi);
  });
});

it("requests of the same moment do not share what belongs to one of them", async () => {
  const server = await startServer(async ({ path }) => {
    if (path === "/slow") await new Promise((resolve) => setTimeout(resolve, 50));
    return { body: { path } };
  });
  const client = factory(server.origin);
  const controller = new AbortController();
  const fetched: string[] = [];
  const own: typeof fetch = (input, init) => (fetched.push(String(input)), fetch(input, init));
  const [slow, aborted, fetchedBody] = await Promise.allSettled([
    client.request("GET /slow"),
    client.request("GET /slow", { request: { signal: controller.signal } }),
    client.request("GET /fast", { request: { fetch: own } }),
    Promise.resolve().then(() => controller.abort()),
  ]);
  expect([slow.status, aborted.status, fetchedBody.status]).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(fetched).toEqual([`${server.origin}/fast`]);
});
