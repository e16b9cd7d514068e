import { type WebAPICallResult, WebClientEvent, type WebClientOptions } from "@slack/web-api";
import nock from "nock";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { createSlackApi, type SlackApi } from "../index.js";
import { keptLog, rejection } from "../test-support/clients.test-support.js";

// Somebody puts createSlackApi in the place of WebClient in tests of their own: every client of one workspace, Slack's own
// address, made-up method names, a token from the environment. All of them share one set of buckets.
const make = (options: WebClientOptions & { token?: string } = {}): SlackApi =>
  createSlackApi("acme", { logger: keptLog(), ...options });
const slack = (): nock.Scope => nock("https://slack.com");
const rapid = { minTimeout: 0, maxTimeout: 1 };

beforeAll(() => {
  vi.stubEnv("REDIS_URL", "");
  vi.stubEnv("SLACK_TOKEN", "xoxb-of-the-environment");
  nock.disableNetConnect();
});
afterEach(() => nock.cleanAll());
afterAll(() => {
  vi.unstubAllEnvs();
  nock.enableNetConnect();
  nock.restore();
});

it("a client a test, one method for all of them: those beyond the burst wait a little and pass too", async () => {
  for (let n = 0; n < 30; n += 1) {
    const scope = slack().post("/api/method", `n=${n}`).reply(200, { ok: true, n });
    expect(await make({ token: "xoxb-faketoken" }).apiCall("method", { n })).toMatchObject({ ok: true, n });
    scope.done();
  }
});

it("a rejected rate limit makes the next test wait, not fail", async () => {
  const startedMs = performance.now();
  slack().post(/api/).reply(429, {}, { "retry-after": "1" });
  const listener = vi.fn();
  const first = make({ rejectRateLimitedCalls: true });
  first.on(WebClientEvent.RATE_LIMITED, listener);
  expect(await rejection(first.apiCall("limited", { foo: "bar" }))).toMatchObject({ retryAfter: 1 });
  expect(listener.mock.calls).toEqual([[1, { url: "https://slack.com/api/limited", body: { foo: "bar" } }]]);

  slack().post(/api/).reply(200, { ok: true });
  await make().apiCall("limited");
  expect(performance.now() - startedMs).toBeGreaterThan(900);
});

it("101 methods at once: a hundred go out, the last when there is room", async () => {
  const startedMs = performance.now();
  slack()
    .persist()
    .post(/api/)
    .delay(1000)
    .reply(200, () => JSON.stringify({ ok: true, afterMs: performance.now() - startedMs }));
  const client = make();
  const answers = (await Promise.all(
    Array.from({ length: 101 }, (_, n) => client.apiCall(`${n}`)),
  )) as (WebAPICallResult & { afterMs: number })[];
  const afterMs = answers.map((answer) => answer.afterMs);
  expect(Math.max(...afterMs.slice(0, 100))).toBeLessThan((afterMs[0] as number) + 1000);
  expect(afterMs[100]).toBeGreaterThanOrEqual((afterMs[0] as number) + 1000);

  const one = make({ maxRequestConcurrency: 1 });
  const both = (await Promise.all([one.apiCall("1"), one.apiCall("2")])) as (WebAPICallResult & { afterMs: number })[];
  expect((both[1]?.afterMs ?? 0) - (both[0]?.afterMs ?? 0)).toBeGreaterThanOrEqual(1000);
});

it("a slow connection meets the timeout", async () => {
  slack().post("/api/users.list").delayConnection(200).reply(200, { ok: true });
  await expect(make({ timeout: 1, retryConfig: { retries: 0 } }).apiCall("users.list")).rejects.toBeInstanceOf(Error);
});

it("a connection that fails, then a 500, then an answer", async () => {
  slack().post(/api/).replyWithError("could be ECONNRESET").post(/api/).reply(500).post(/api/).reply(200, { ok: true });
  expect(await make({ retryConfig: rapid }).apiCall("flaky")).toMatchObject({ ok: true });
  slack().post(/api/).replyWithError("could be ECONNRESET");
  expect(await rejection(make({ retryConfig: { retries: 0 } }).apiCall("conversations/list"))).toHaveProperty(
    "original",
  );
});

it("a token from the environment goes out where the test gave none", async () => {
  const scope = nock("https://slack.com", { reqheaders: { authorization: "Bearer xoxb-of-the-environment" } })
    .post("/api/api.test", "foo=stringval")
    .reply(200, { ok: true });
  await make().apiCall("api.test", { foo: "stringval" });
  scope.done();
});
