import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createSlackApi, type SlackApi, type SlackFactoryOptions } from "../index.js";
import { keptLog, newWorkspace, recorder, rejection, token } from "../test-support/clients.test-support.js";
import { type LocalServer, startServer } from "../test-support/server.test-support.js";

let redis: RedisServer;
beforeAll(async () => void (redis = await startRedisServer()));
afterAll(() => redis.stop());

type Place = NonNullable<SlackFactoryOptions["redis"]>;

/**
 * Two names of one server: as far apart as two processes, each with a store, a connection and a listener of its own. Answers count,
 * however late they are.
 */
const places = (): [Place, Place] => [
  { url: redis.url, commandTimeoutMs: 10_000 },
  { url: redis.url.replace("127.0.0.1", "localhost"), commandTimeoutMs: 10_000 },
];

/** A Slack that refuses requests for pages of 7, not before it is told to, and keeps when each came. */
async function refusingSlack(
  told: Promise<void> = Promise.resolve(),
  seconds = 1,
): Promise<LocalServer & { arrivals: { name: string; atMs: number; refused: boolean }[] }> {
  const arrivals: { name: string; atMs: number; refused: boolean }[] = [];
  const server = await startServer(async ({ name, body }) => {
    const refused = String(body) === "limit=7";
    arrivals.push({ name, atMs: performance.now(), refused });
    if (!refused) return {};
    await told;
    return { status: 429, headers: { "retry-after": String(seconds) }, body: { ok: false, error: "ratelimited" } };
  });
  return { ...server, arrivals };
}
const refused = (client: SlackApi): Promise<Error & Record<string, unknown>> =>
  rejection(client.users.list({ limit: 7 }));

function make(server: LocalServer, place: Place, workspace: string, options: SlackFactoryOptions = {}): SlackApi {
  const slack = createSlackApi(workspace, {
    token,
    slackApiUrl: server.url,
    redis: place,
    logger: keptLog(),
    env: {},
    ...options,
  });
  onTestFinished(() => slack.close());
  return slack;
}

/** Timers and the store go by different clocks. Unit: milliseconds. */
const GRAIN_MS = 5;
const patient = { timeout: 10_000, interval: 5 };

describe("a 429 in one process", () => {
  it("pauses that method of that workspace in the other, and nothing else", async () => {
    const server = await refusingSlack(undefined, 60);
    const workspace = newWorkspace();
    const [here, there] = places();
    const first = make(server, here, workspace, { retry: false });
    const second = make(server, there, workspace);
    const elsewhere = make(server, there, newWorkspace());
    await Promise.all([first.users.list({}), second.users.list({}), elsewhere.users.list({})]);

    expect(await refused(first)).toMatchObject({ retryAfter: 60 });
    // No call waits longer than half a minute.
    await second.users.info({ user: "U1" });
    await elsewhere.users.list({});
    await second.users.list({ token: "xoxp-another" });
    const error = await rejection(second.users.list({}));
    expect(error).toMatchObject({ code: "LIMIT_EXCEEDED" });
    expect(error["retryAfterMs"]).toBeGreaterThan(40_000);
  });

  it("holds those who already wait in the other, in their order", async () => {
    let refuse: () => void = () => {};
    const server = await refusingSlack(new Promise((resolve) => (refuse = resolve)));
    const workspace = newWorkspace();
    const [here, there] = places();
    const quota = { methods: { "users.list": { kind: "tokenBucket", refillRate: 2, burst: 2 } as const } };
    const first = make(server, here, workspace, { quota, retry: false });
    const seen = recorder();
    const second = make(server, there, workspace, { quota, hooks: seen.hooks });
    await Promise.all([first.users.info({ user: "U1" }), second.users.info({ user: "U1" })]);

    const startedMs = performance.now();
    const settled = refused(first);
    await expect.poll(() => server.arrivals.some((arrival) => arrival.refused), patient).toBe(true);
    const waiting = [11, 12, 13, 14].map((limit) => second.users.list({ limit }));
    const order = (): unknown[] =>
      seen.attempts.filter(({ operation }) => operation === "users.list").map(({ args }) => args);
    // One of them finds a token, the others wait for half a second each.
    await expect.poll(() => order().length, patient).toBeGreaterThan(0);
    refuse();
    await settled;
    const refusedMs = performance.now();
    await Promise.all(waiting);
    const served = server.arrivals.filter((arrival) => arrival.name === "users.list" && !arrival.refused);
    expect(served).toHaveLength(4);
    // Before the pause is over go those alone whose tokens were there before it began.
    const early = served.filter(({ atMs }) => atMs - refusedMs <= 1000 - GRAIN_MS);
    expect(early.length).toBeLessThanOrEqual(1 + Math.floor((2 * (refusedMs - startedMs)) / 1000));
    expect(order()).toEqual([{ limit: 11 }, { limit: 12 }, { limit: 13 }, { limit: 14 }]);
  });

  it("stands in the other's way also when that one has just started", async () => {
    const server = await refusingSlack();
    const workspace = newWorkspace();
    const [here, there] = places();
    await refused(make(server, here, workspace, { retry: false }));
    await make(server, there, workspace).users.list({});
    const [refusal, next] = server.arrivals;
    expect((next?.atMs ?? 0) - (refusal?.atMs ?? 0)).toBeGreaterThan(1000 - GRAIN_MS);
  });
});

it("the tokens of a workspace are one set for both processes", async () => {
  const server = await startServer();
  const workspace = newWorkspace();
  const [here, there] = places();
  const options = { timeoutMs: 10_000, quota: { tokens: 4, refillRate: 0.01 } };
  const clients = [make(server, here, workspace, options), make(server, there, workspace, options)];
  const settled = await Promise.allSettled(Array.from({ length: 10 }, (_, n) => clients[n % 2]?.users.list({})));
  expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(4);
  expect(server.received).toHaveLength(4);
  expect(settled.flatMap((one) => (one.status === "rejected" ? [(one.reason as { code: string }).code] : []))).toEqual(
    Array(6).fill("LIMIT_EXCEEDED"),
  );
});
