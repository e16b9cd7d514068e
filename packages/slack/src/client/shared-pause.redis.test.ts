import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createSlackApi, type SlackApi, type SlackFactoryOptions } from "../index.js";
import { keptLog, newWorkspace, rejection, token } from "../test-support/clients.test-support.js";
import { type LocalServer, startServer } from "../test-support/server.test-support.js";

let redis: RedisServer;
beforeAll(async () => void (redis = await startRedisServer()));
afterAll(() => redis.stop());

/** Two names of one server: as far apart as two processes, each with a store, a connection and a listener of its own. */
const urls = (): [string, string] => [redis.url, redis.url.replace("127.0.0.1", "localhost")];

/** A Slack that refuses requests for pages of 7, not before it is told to, and keeps when each came. */
async function refusingSlack(
  told: Promise<void> = Promise.resolve(),
): Promise<LocalServer & { arrivals: { name: string; atMs: number; refused: boolean }[] }> {
  const arrivals: { name: string; atMs: number; refused: boolean }[] = [];
  const server = await startServer(async ({ name, body }) => {
    const refused = String(body) === "limit=7";
    arrivals.push({ name, atMs: performance.now(), refused });
    if (refused) await told;
    return refused ? { status: 429, headers: { "retry-after": "1" }, body: { ok: false, error: "ratelimited" } } : {};
  });
  return { ...server, arrivals };
}
const refused = (client: SlackApi): Promise<Error & Record<string, unknown>> =>
  rejection(client.users.list({ limit: 7 }));

function make(server: LocalServer, url: string, workspace: string, options: SlackFactoryOptions = {}): SlackApi {
  const slack = createSlackApi(workspace, {
    token,
    slackApiUrl: server.url,
    redis: url,
    logger: keptLog(),
    env: {},
    ...options,
  });
  onTestFinished(() => slack.close());
  return slack;
}

/** Timers and the store go by different clocks. Unit: milliseconds. */
const GRAIN_MS = 5;

const elapsed = async (call: () => Promise<unknown>): Promise<number> => {
  const startedMs = performance.now();
  await call();
  return performance.now() - startedMs;
};

describe("a 429 in one process", () => {
  it("pauses that method of that workspace in the other, and nothing else", async () => {
    const server = await refusingSlack();
    const workspace = newWorkspace();
    const [here, there] = urls();
    const first = make(server, here, workspace, { retry: false });
    const second = make(server, there, workspace);
    const elsewhere = make(server, there, newWorkspace());
    await Promise.all([first.users.list({}), second.users.list({}), elsewhere.users.list({})]);

    expect(await refused(first)).toMatchObject({ retryAfter: 1 });
    expect(await elapsed(() => second.users.info({ user: "U1" }))).toBeLessThan(400);
    expect(await elapsed(() => elsewhere.users.list({}))).toBeLessThan(400);
    expect(await elapsed(() => second.users.list({ token: "xoxp-another" }))).toBeLessThan(400);
    const waitedMs = await elapsed(() => second.users.list({}));
    expect(waitedMs).toBeGreaterThan(200);
    expect(waitedMs).toBeLessThan(1500);
    const refusedMs = server.arrivals.find((one) => one.refused)?.atMs ?? 0;
    expect((server.arrivals.at(-1)?.atMs ?? 0) - refusedMs).toBeGreaterThan(1000 - GRAIN_MS);
  });

  it("holds those who already wait in the other, in their order", async () => {
    let refuse: () => void = () => {};
    const server = await refusingSlack(new Promise((resolve) => (refuse = resolve)));
    const workspace = newWorkspace();
    const [here, there] = urls();
    const quota = { methods: { "users.list": { kind: "tokenBucket", refillRate: 2, burst: 2 } as const } };
    const first = make(server, here, workspace, { quota, retry: false });
    const second = make(server, there, workspace, { quota });
    await Promise.all([first.users.info({ user: "U1" }), second.users.info({ user: "U1" })]);

    const order: number[] = [];
    const settled = refused(first);
    await expect.poll(() => server.arrivals.some((arrival) => arrival.refused)).toBe(true);
    const waiting = [1, 2, 3, 4].map(async (n) => {
      await second.users.list({});
      order.push(n);
    });
    // One of them finds a token, the others wait for half a second each.
    await expect.poll(() => order).toEqual([1]);
    refuse();
    await settled;
    const refusedMs = performance.now();
    await Promise.all(waiting);
    const later = server.arrivals.filter(({ name, atMs }) => name === "users.list" && atMs > refusedMs);
    expect(later).toHaveLength(3);
    for (const { atMs } of later) expect(atMs - refusedMs).toBeGreaterThan(1000 - GRAIN_MS);
    expect(order).toEqual([1, 2, 3, 4]);
  });

  it("stands in the other's way also when that one has just started", async () => {
    const server = await refusingSlack();
    const workspace = newWorkspace();
    const [here, there] = urls();
    await refused(make(server, here, workspace, { retry: false }));
    expect(await elapsed(() => make(server, there, workspace).users.list({}))).toBeGreaterThan(600);
  });
});

it("the tokens of a workspace are one set for both processes", async () => {
  const server = await startServer();
  const workspace = newWorkspace();
  const [here, there] = urls();
  const options = { timeoutMs: 300, quota: { tokens: 4, refillRate: 0.01 } };
  const clients = [make(server, here, workspace, options), make(server, there, workspace, options)];
  const settled = await Promise.allSettled(Array.from({ length: 10 }, (_, n) => clients[n % 2]?.users.list({})));
  expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(4);
  expect(server.received).toHaveLength(4);
  expect(settled.flatMap((one) => (one.status === "rejected" ? [(one.reason as { code: string }).code] : []))).toEqual(
    Array(6).fill("LIMIT_EXCEEDED"),
  );
});
