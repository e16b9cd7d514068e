import { getEventListeners } from "node:events";
import { WebAPIRateLimitedError, WebAPIRequestError } from "@slack/web-api";
import { DeadlineExceededError, LimitExceededError, withCallOptions } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { createSlackApi, SlackApi, type SlackFactoryOptions } from "../index.js";
import { keptLog, newWorkspace, rejection, token } from "../test-support/clients.test-support.js";
import { inOrder, startServer } from "../test-support/server.test-support.js";

const make = (url: string, options: SlackFactoryOptions = {}, workspace = newWorkspace()): SlackApi =>
  createSlackApi(workspace, { token, slackApiUrl: url, logger: keptLog(), env: {}, ...options });
const oneASecond = { quota: { tokens: 1, refillRate: 1 } };
const soon = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const patient = { timeout: 10_000 };

// Requests are real and the clock is not: what ends while it stands still ends at once, however busy the machine is.
describe("the deadline of a call", () => {
  it("refuses at once a wait for tokens that cannot end in time, bare, saying which limit and when to come back", async () => {
    const server = await startServer();
    const slack = make(server.url, { ...oneASecond, timeoutMs: 300, clock: createFakeClock() });
    await slack.users.list({});
    const error: unknown = await rejection(slack.users.list({}));
    expect(error).toBeInstanceOf(LimitExceededError);
    expect(error).toMatchObject({
      code: "LIMIT_EXCEEDED",
      provider: "slack",
      account: slack.workspace,
      bucket: expect.stringMatching(/^users\.list/),
    });
    expect((error as LimitExceededError).retryAfterMs).toBeGreaterThan(500);
    expect(server.received).toHaveLength(1);
  });

  it("ends a request in flight, bare", async () => {
    const clock = createFakeClock();
    const server = await startServer(() => ({ action: "hang" }));
    let ended = false;
    const failed = rejection(make(server.url, { timeoutMs: 120, clock }).users.list({})).finally(() => (ended = true));
    await expect.poll(() => server.received.length, patient).toBe(1);
    await clock.advance(119);
    expect(ended).toBe(false);
    await clock.advance(1);
    const error = await failed;
    expect(error).toBeInstanceOf(DeadlineExceededError);
    expect(error).not.toBeInstanceOf(WebAPIRequestError);
    expect(error).toMatchObject({ code: "DEADLINE_EXCEEDED", timeoutMs: 120 });
  });

  it("ends a body that trickles in", async () => {
    const server = await startServer(() => ({ body: "x", headers: { "content-length": "1000" } }));
    expect(await rejection(make(server.url, { timeoutMs: 120 }).users.list({}))).toBeInstanceOf(DeadlineExceededError);
  });

  it("covers all attempts and the waits between them", async () => {
    const clock = createFakeClock();
    const server = await startServer(() => ({ status: 503 }));
    let retries = 0;
    const retry = { delay: () => 300, onRetry: () => void (retries += 1) };
    const failed = rejection(make(server.url, { timeoutMs: 900, retry, clock }).users.list({}));
    for (const waits of [1, 2]) {
      await expect.poll(() => retries, patient).toBe(waits);
      await clock.advance(300);
    }
    // A third wait would end with the deadline.
    expect(await failed).toMatchObject({ statusCode: 503 });
    expect([server.received.length, clock.now()]).toEqual([3, 600]);
  });

  it("does not begin a wait for Retry-After that would outlast it", async () => {
    const server = await startServer(() => ({ status: 429, headers: { "retry-after": "2" } }));
    const failed = rejection(make(server.url, { timeoutMs: 1000, clock: createFakeClock() }).users.list({}));
    expect(await failed).toBeInstanceOf(WebAPIRateLimitedError);
  });

  it("is one for all the requests of an upload, and one for each page", async () => {
    const clock = createFakeClock();
    const server = await startServer(async ({ name }, index) => {
      await clock.advance(300);
      if (name === "users.list")
        return { body: { ok: true, response_metadata: { next_cursor: index < 3 ? "more" : "" } } };
      return { body: { ok: true, file_id: "F1", upload_url: `${server.origin}/upload/v1/ticket` } };
    });
    const slack = make(server.url, { timeoutMs: 750, clock });
    let pages = 0;
    for await (const _page of slack.paginate("users.list")) pages += 1;
    expect(pages).toBe(4);
    expect(await rejection(slack.filesUploadV2({ content: "c", filename: "a.txt" }))).toBeInstanceOf(
      DeadlineExceededError,
    );
  });

  it("can be set around a call, for less or more than the client's", async () => {
    const clock = createFakeClock();
    const server = await startServer(async () => (await clock.advance(100), {}));
    const slack = make(server.url, { timeoutMs: 5000, clock });
    expect(await rejection(withCallOptions({ timeoutMs: 30 }, () => slack.users.list({})))).toMatchObject({
      timeoutMs: 30,
    });
    await withCallOptions({ timeoutMs: 5000 }, () => make(server.url, { timeoutMs: 30, clock }).users.list({}));
  });

  it("is there for a plain client only when it is asked for", async () => {
    const server = await startServer(() => ({ action: "hang" }));
    const slack = new SlackApi("acme", token, { slackApiUrl: server.url, logger: keptLog() });
    expect(await rejection(withCallOptions({ timeoutMs: 60 }, () => slack.users.list({})))).toBeInstanceOf(
      DeadlineExceededError,
    );
  });
});

const reasons: readonly (readonly [string, unknown])[] = [
  ["an Error", new Error("the user left")],
  ["a text", "stop"],
  ["an object", { why: "shutdown" }],
];

describe.each(reasons)("an abort with %s", (_what, reason) => {
  it("ends a wait for tokens with that reason and gives the tokens back", async () => {
    const clock = createFakeClock();
    const server = await startServer();
    const slack = make(server.url, { quota: { tokens: 1, refillRate: 2 }, clock });
    await slack.users.list({});
    const controllers = Array.from({ length: 5 }, () => new AbortController());
    const waiting = controllers.map(({ signal }) => rejection(withCallOptions({ signal }, () => slack.users.list({}))));
    await clock.advance(50);
    for (const controller of controllers) controller.abort(reason);
    for (const error of await Promise.all(waiting)) expect(error).toBe(reason);
    // Had any of the five kept its token, this one would come half a second later for each.
    const last = slack.users.list({});
    await clock.advance(700);
    await expect.poll(() => server.received.length, patient).toBe(2);
    await last;
    expect(controllers.flatMap(({ signal }) => getEventListeners(signal, "abort"))).toEqual([]);
  });

  it("ends a request in flight with that reason, and it is not repeated", async () => {
    const clock = createFakeClock();
    const server = await startServer(() => ({ action: "hang" }));
    const controller = new AbortController();
    const slack = make(server.url, { clock });
    const ended = rejection(withCallOptions({ signal: controller.signal }, () => slack.users.list({})));
    while (server.received.length === 0) await soon(5);
    controller.abort(reason);
    expect(await ended).toBe(reason);
    await clock.advance(10_000);
    await soon(30);
    expect(server.received).toHaveLength(1);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  it("before the call sends and takes nothing", async () => {
    const server = await startServer();
    const slack = make(server.url, { ...oneASecond, clock: createFakeClock() });
    const signal = AbortSignal.abort(reason);
    expect(await rejection(withCallOptions({ signal }, () => slack.users.list({})))).toBe(reason);
    await withCallOptions({ timeoutMs: 500 }, () => slack.users.list({}));
    expect(server.received).toHaveLength(1);
  });

  it("ends the wait between two attempts", async () => {
    const server = await startServer(() => ({ status: 429, headers: { "retry-after": "5" } }));
    const controller = new AbortController();
    const slack = make(server.url, { clock: createFakeClock() });
    const ended = rejection(withCallOptions({ signal: controller.signal }, () => slack.users.list({})));
    while (server.received.length === 0) await soon(5);
    await soon(30);
    controller.abort(reason);
    expect(await ended).toBe(reason);
  });

  it("ends a wait for a place in flight, and the place goes to the next", async () => {
    const server = await startServer(async () => (await soon(100), {}));
    const slack = make(server.url, { maxRequestConcurrency: 1 });
    const first = slack.users.list({});
    const controller = new AbortController();
    const second = rejection(withCallOptions({ signal: controller.signal }, () => slack.users.info({ user: "U1" })));
    const third = slack.team.info({});
    await soon(20);
    controller.abort(reason);
    expect(await second).toBe(reason);
    await Promise.all([first, third]);
    expect(server.received.map(({ name }) => name)).toEqual(["users.list", "team.info"]);
  });
});

it("close() fails those who wait, and whoever comes later", async () => {
  const server = await startServer();
  const slack = make(server.url, { ...oneASecond, clock: createFakeClock() });
  await slack.users.list({});
  const waiting = rejection(slack.users.list({}));
  await soon(20);
  await slack.close();
  await slack.close();
  expect(await waiting).toMatchObject({ code: "LIMITER_CLOSED" });
  expect(await rejection(slack.users.list({}))).toMatchObject({ code: "LIMITER_CLOSED" });
  expect(server.received).toHaveLength(1);
});

it("`await using` closes the client", async () => {
  const server = await startServer(inOrder({}));
  let outside: SlackApi;
  {
    await using slack = make(server.url);
    outside = slack;
    await slack.users.list({});
  }
  expect(await rejection(outside.users.list({}))).toMatchObject({ code: "LIMITER_CLOSED" });
});
