import { WebAPIHTTPError, WebAPIRateLimitedError, WebAPIRequestError } from "@slack/web-api";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { createSlackApi, type SlackApi, type SlackFactoryOptions } from "../index.js";
import { keptLog, newWorkspace, recorder, rejection, token } from "../test-support/clients.test-support.js";
import { inOrder, type Reply, silentPort, startServer } from "../test-support/server.test-support.js";

const make = (url: string, options: SlackFactoryOptions = {}): SlackApi =>
  createSlackApi(newWorkspace(), { token, slackApiUrl: url, logger: keptLog(), env: {}, ...options });
const rapid = { minTimeout: 0, maxTimeout: 1 };
const patient = { timeout: 10_000 };

const unclear: readonly (readonly [string, Reply])[] = [
  ["status 500", { status: 500 }],
  ["status 503", { status: 503, headers: { "retry-after": "0" } }],
  ["a cut connection", { action: "drop" }],
  ["a cut body", { action: "cut", body: { ok: true, filler: "x".repeat(500) } }],
];
const throttled: readonly (readonly [string, Reply])[] = [
  ["status 429", { status: 429, headers: { "retry-after": "0" } }],
  ["ratelimited inside a 200", { body: { ok: false, error: "ratelimited" }, headers: { "retry-after": "0" } }],
  ["rate_limited inside a 200", { body: { ok: false, error: "rate_limited" } }],
];
const reads: readonly (readonly [string, (slack: SlackApi) => Promise<unknown>])[] = [
  ["users.list", (slack) => slack.users.list({})],
  ["conversations.history", (slack) => slack.conversations.history({ channel: "C1" })],
  ["team.accessLogs", (slack) => slack.team.accessLogs({})],
];
const writes: readonly (readonly [string, (slack: SlackApi) => Promise<unknown>])[] = [
  ["chat.postMessage", (slack) => slack.chat.postMessage({ channel: "C1", text: "t" })],
  ["usergroups.users.update", (slack) => slack.usergroups.users.update({ usergroup: "S1", users: "U1" })],
  ["conversations.create", (slack) => slack.conversations.create({ name: "c" })],
];
const times = <Left, Right>(left: readonly Left[], right: readonly Right[]): [Left, Right][] =>
  left.flatMap((one) => right.map((other): [Left, Right] => [one, other]));
const table = (calls: typeof reads, failures: typeof unclear) =>
  times(calls, failures).map(([[method, call], [what, reply]]) => ({ method, call, what, reply }));

describe("after a failed attempt", () => {
  it.each(table(reads, [...unclear, ...throttled]))("$method is read again after $what", async ({ call, reply }) => {
    const server = await startServer(inOrder(reply, { body: { ok: true, second: true } }));
    expect(await call(make(server.url))).toMatchObject({ second: true });
    expect(server.received).toHaveLength(2);
  });

  it.each(table(writes, unclear))(
    "$method is never written again after $what, even with a retryConfig",
    async ({ call, reply }) => {
      for (const options of [{}, { retryConfig: rapid }]) {
        const server = await startServer(inOrder(reply, {}));
        const error = await rejection(call(make(server.url, options)));
        expect([WebAPIHTTPError, WebAPIRequestError].some((known) => error instanceof known)).toBe(true);
        expect(server.received).toHaveLength(1);
      }
    },
  );

  // The clock stands still while Slack answers: only where it does not are 80 ms over, however busy the machine is.
  it.each(reads)("%s is read again after no answer in time", async (_method, call) => {
    const clock = createFakeClock();
    const server = await startServer(inOrder({ action: "hang" }, { body: { ok: true, second: true } }));
    const answer = call(make(server.url, { timeout: 80, clock, retry: { sleep: async () => {} } }));
    await expect.poll(() => server.received.length, patient).toBe(1);
    await clock.advance(80);
    expect(await answer).toMatchObject({ second: true });
    expect(server.received).toHaveLength(2);
  });

  it.each(writes)(
    "%s is never written again after no answer in time, even with a retryConfig",
    async (_method, call) => {
      for (const options of [{}, { retryConfig: rapid }]) {
        const clock = createFakeClock();
        const server = await startServer(inOrder({ action: "hang" }, {}));
        const failed = rejection(call(make(server.url, { timeout: 80, clock, ...options })));
        await expect.poll(() => server.received.length, patient).toBe(1);
        await clock.advance(80);
        expect(await failed).toBeInstanceOf(WebAPIRequestError);
        expect(server.received).toHaveLength(1);
      }
    },
  );

  it.each(table(writes, throttled))(
    "$method is written again after $what: it was not processed",
    async ({ call, reply }) => {
      const server = await startServer(inOrder(reply, { body: { ok: true, second: true } }));
      expect(await call(make(server.url))).toMatchObject({ second: true });
      expect(server.received).toHaveLength(2);
    },
  );

  it("a write is repeated when nothing was sent", async () => {
    const seen = recorder();
    const slack = make(`http://127.0.0.1:${await silentPort()}/api/`, {
      hooks: seen.hooks,
      retry: { maxRetries: 2, baseMs: 1 },
    });
    expect(await rejection(slack.chat.postMessage({ channel: "C1", text: "t" }))).toBeInstanceOf(WebAPIRequestError);
    expect(seen.attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  it("the bytes of an upload are not sent again after an unclear outcome", async () => {
    const server = await startServer(({ name }) =>
      name === "ticket"
        ? { status: 500 }
        : { body: { ok: true, file_id: "F1", upload_url: `${server.origin}/upload/v1/ticket` } },
    );
    expect(await rejection(make(server.url).filesUploadV2({ content: "c", filename: "a.txt" }))).toMatchObject({
      statusCode: 500,
    });
    expect(server.received.map(({ name }) => name)).toEqual(["files.getUploadURLExternal", "ticket"]);
  });

  it("a method nobody knows is repeated only when a retryConfig says so", async () => {
    for (const [options, requests] of [
      [{}, 1],
      [{ retryConfig: rapid }, 2],
    ] as const) {
      const server = await startServer(inOrder({ status: 500 }, {}));
      const settled = make(server.url, options).apiCall("invented.method");
      if (requests === 1) await rejection(settled);
      else await settled;
      expect(server.received).toHaveLength(requests);
    }
  });

  it("what the next attempt would meet again is not repeated", async () => {
    for (const reply of [
      { status: 404 },
      { status: 403 },
      { body: { ok: false, error: "invalid_auth" } },
      { body: { ok: false, error: "internal_error" } },
    ]) {
      const server = await startServer(() => reply);
      await rejection(make(server.url).users.list({}));
      expect(server.received).toHaveLength(1);
    }
  });

  it("nothing is repeated with retry: false, and Slack's refusal comes out as the SDK has it", async () => {
    for (const [reply, code] of [
      [{ status: 500 }, "slack_webapi_http_error"],
      [{ status: 429, headers: { "retry-after": "7" } }, "slack_webapi_rate_limited_error"],
    ] as const) {
      const server = await startServer(() => reply);
      expect(await rejection(make(server.url, { retry: false }).users.list({}))).toMatchObject({ code });
      expect(server.received).toHaveLength(1);
    }
  });

  it("the user's own retry options go above the SDK's", async () => {
    const server = await startServer(() => ({ status: 500 }));
    await rejection(make(server.url, { retryConfig: rapid, retry: { maxRetries: 1 } }).users.list({}));
    expect(server.received).toHaveLength(2);
  });

  it("the SDK's own error comes out in the end", async () => {
    const server = await startServer(() => ({ status: 429, headers: { "retry-after": "0" } }));
    const error = await rejection(make(server.url, { retry: { maxRetries: 2, baseMs: 1 } }).users.list({}));
    expect(error).toBeInstanceOf(WebAPIRateLimitedError);
    expect(server.received).toHaveLength(3);
  });

  it("a storm of failures ends with the budget: 20 repetitions for everybody, not ten for each", async () => {
    const server = await startServer(() => ({ status: 503 }));
    const slack = make(server.url, {
      retry: { baseMs: 1, capMs: 2 },
      quota: { defaultPerMinute: 1000, methods: { "users.list": 1000 } },
    });
    await Promise.all(Array.from({ length: 40 }, () => rejection(slack.users.list({}))));
    expect(server.received.length).toBeGreaterThanOrEqual(60);
    expect(server.received.length).toBeLessThan(40 + 20 + 40 * 0.1 + 5);
  });
});

describe("Retry-After", () => {
  const waited = async (header: string, options: SlackFactoryOptions = {}): Promise<number> => {
    const arrivals: number[] = [];
    const server = await startServer(
      (_request, index) => (
        arrivals.push(performance.now()),
        index === 0 ? { status: 429, headers: { "retry-after": header } } : {}
      ),
    );
    await make(server.url, { retry: { baseMs: 1 }, ...options }).users.list({});
    return (arrivals[1] as number) - (arrivals[0] as number);
  };

  it("in seconds is waited for", async () => {
    expect(await waited("1")).toBeGreaterThan(995);
  });

  /** Whoever waits longer than that stands still with the clock. */
  const soonAgain = async (header: string): Promise<void> => {
    const clock = createFakeClock();
    let retries = 0;
    const again = waited(header, { clock, retry: { baseMs: 1, onRetry: () => void (retries += 1) } });
    await expect.poll(() => retries, patient).toBe(1);
    await clock.advance(899);
    await again;
  };

  it("as a date is waited for", async () => {
    const dateMs = Math.floor(Date.now() / 1000) * 1000 + 2000;
    await waited(new Date(dateMs).toUTCString());
    expect(Date.now()).toBeGreaterThan(dateMs - 5);
    await soonAgain("Sun, 06 Nov 1994 08:49:37 GMT");
  });

  it.each(["-5", "0", "1.5", "1e3", "5 seconds"])(
    "of %s is no number of seconds that would be waited for, and no hot loop",
    soonAgain,
  );

  it("beyond the deadline is not waited for: the refusal comes out at once", async () => {
    for (const header of ["1000000000", "9".repeat(20), "60"]) {
      const failed = rejection(waited(header, { timeoutMs: 5000, clock: createFakeClock() }));
      expect(await failed).toBeInstanceOf(WebAPIRateLimitedError);
    }
  });
});
