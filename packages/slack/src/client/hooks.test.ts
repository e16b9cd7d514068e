import { WebClientEvent } from "@slack/web-api";
import type { Call, Hook, Outcome } from "@sluice/core";
import { withCaller } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { Registry } from "prom-client";
import { describe, expect, it, vi } from "vitest";
import { createSlackApi, SlackApi, type SlackFactoryOptions } from "../index.js";
import { keptLog, newWorkspace, recorder, rejection, token } from "../test-support/clients.test-support.js";
import { inOrder, startServer } from "../test-support/server.test-support.js";

const factory = (url: string, options: SlackFactoryOptions = {}): SlackApi =>
  createSlackApi(newWorkspace(), { token, slackApiUrl: url, logger: keptLog(), env: {}, ...options });
const plain = (url: string, options: SlackFactoryOptions = {}): SlackApi =>
  new SlackApi(newWorkspace(), token, {
    slackApiUrl: url,
    logger: keptLog(),
    retryConfig: { retries: 0 },
    ...(options.hooks && { hooks: options.hooks }),
    ...(options.registry && { registry: options.registry }),
  });

describe("the order of the hooks", () => {
  it("is printed, outermost first", () => {
    const hooks: Hook[] = [
      { name: "log", stage: "call", after: () => {} },
      { name: "header", before: () => {} },
    ];
    expect(factory("http://127.0.0.1:1/", { hooks }).hooks.describe())
      .toBe(`call stage, once per logical call, outermost first:
  1. log (after)
attempt stage, once per HTTP request, outermost first:
  1. retry (wrap)
  2. metrics (after, error)
  3. rate-limit (wrap)
  4. header (before)
  transport`);
    expect(plain("http://127.0.0.1:1/", { hooks }).hooks.describe())
      .toBe(`call stage, once per logical call, outermost first:
  1. log (after)
attempt stage, once per HTTP request, outermost first:
  1. metrics (after, error)
  2. header (before)
  transport`);
  });

  it("has no retry when that is switched off, and can be changed by name", () => {
    const slack = factory("http://127.0.0.1:1/", { retry: false });
    expect(slack.hooks.list("attempt").map(({ name }) => name)).toEqual(["metrics", "rate-limit"]);
    slack.hooks.add({ name: "first", before: () => {} }, { before: "metrics" });
    expect(slack.hooks.remove("rate-limit")).toBe(true);
    expect(slack.hooks.list("attempt").map(({ name }) => name)).toEqual(["first", "metrics"]);
  });
});

describe.each([
  ["createSlackApi", factory],
  ["new SlackApi", plain],
] as const)("a hook of %s", (kind, make) => {
  it("sees each call and each attempt with its outcome", async () => {
    const server = await startServer(inOrder({ headers: { "x-slack-req-id": "r1" } }, { status: 404 }));
    const seen: [string, string, Partial<Outcome>][] = [];
    const note =
      (what: string) =>
      (call: Call, { status, attempt, headers }: Outcome) =>
        void seen.push([
          what,
          call.operation,
          { ...(status !== undefined && { status }), attempt, ...(headers?.get("x-slack-req-id") && { headers }) },
        ]);
    const noteError = (what: string) => (call: Call, _error: unknown, outcome: Outcome) => note(what)(call, outcome);
    const slack = make(server.url, {
      hooks: [
        { name: "calls", stage: "call", after: note("call"), error: noteError("call error") },
        { name: "attempts", after: note("attempt"), error: noteError("attempt error") },
      ],
    });
    await slack.users.list({});
    await rejection(slack.users.info({ user: "U1" }));
    expect(seen).toEqual([
      ["attempt", "users.list", { status: 200, attempt: 1, headers: expect.anything() }],
      ["call", "users.list", { attempt: 1 }],
      ["attempt", "users.info", { status: 404, attempt: 1 }],
      ["call error", "users.info", { attempt: 1 }],
    ]);
  });

  it("that throws before an attempt vetoes it: nothing is sent, and its own error comes out", async () => {
    const server = await startServer();
    const veto = new Error("not on a Friday");
    const slack = make(server.url, {
      hooks: [
        {
          name: "friday",
          before: ({ access }) => {
            if (access === "write") throw veto;
          },
        },
      ],
    });
    expect(await rejection(slack.chat.postMessage({ channel: "C1", text: "t" }))).toBe(veto);
    await slack.users.list({});
    expect(server.received.map(({ name }) => name)).toEqual(["users.list"]);
  });

  it("may change the call for those further in", async () => {
    const server = await startServer();
    const seen = recorder();
    const slack = make(server.url, {
      hooks: [{ name: "urgent", stage: "call", before: (call) => ({ ...call, priority: 5 }) }, ...seen.hooks],
    });
    await slack.users.list({});
    expect(seen.calls.map(({ priority }) => priority)).toEqual([5]);
  });

  it("that fails while observing masks neither result nor error", async () => {
    const server = await startServer(inOrder({}, { status: 404 }));
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const broken = (): never => {
      throw new Error("observer broke");
    };
    const slack = make(server.url, { hooks: [{ name: "broken", after: broken, error: broken }] });
    expect(await slack.users.list({})).toMatchObject({ ok: true });
    expect(await rejection(slack.users.list({}))).toMatchObject({ statusCode: 404 });
    expect(warn).toHaveBeenCalled();
    warn.mockRestore();
  });

  it.each(["call", "attempt"] as const)(
    "that calls the client at the %s stage makes a call of its own, not a step of an upload",
    async (stage) => {
      const server = await startServer(() => ({
        body: { ok: true, file_id: "F1", upload_url: `${server.origin}/upload/v1/ticket` },
      }));
      const seen = recorder();
      let slack: SlackApi;
      const announce: Hook = {
        name: "announce",
        stage,
        before: async ({ operation }) => {
          if (operation === "files.uploadV2" || operation === "upload") await slack.users.info({ user: "U1" });
        },
      };
      slack = make(server.url, { hooks: [announce, ...seen.hooks] });
      await slack.filesUploadV2({ content: "c", filename: "a.txt" });
      expect(seen.calls.map(({ operation }) => operation).toSorted()).toEqual(["files.uploadV2", "users.info"]);
      const ids = new Map(seen.attempts.map(({ operation, id }) => [operation, id]));
      expect(ids.size).toBe(4);
      expect(
        new Set([ids.get("files.getUploadURLExternal"), ids.get("upload"), ids.get("files.completeUploadExternal")])
          .size,
      ).toBe(1);
      expect(ids.get("users.info")).not.toBe(ids.get("upload"));
    },
  );

  it("and the metrics see on whose behalf a call is made", async () => {
    const server = await startServer();
    const registry = new Registry();
    const seen = recorder();
    const slack = make(server.url, { hooks: seen.hooks, registry });
    await slack.users.list({});
    await slack.as({ namespace: "team-a" }).users.list({});
    await slack.as({ namespace: "team-a" }).as({ user: "ann" }).users.list({});
    await withCaller({ namespace: "team-b" }, () => slack.users.list({}));
    await withCaller({ namespace: "team-b" }, async () => {
      for await (const _page of slack.paginate("users.list")) break;
    });
    expect(seen.attempts.map(({ caller }) => caller)).toEqual([
      undefined,
      { namespace: "team-a" },
      { namespace: "team-a", user: "ann" },
      { namespace: "team-b" },
      { namespace: "team-b" },
    ]);
    const text = await registry.metrics();
    for (const [caller, count] of [
      ["", 1],
      ["team-a", 1],
      ["team-a/ann", 1],
      ["team-b", 2],
    ]) {
      expect(text).toContain(
        `sluice_api_requests_total{provider="slack",account="${slack.workspace}",operation="users.list",caller="${caller}",outcome="ok"} ${count}`,
      );
    }
    if (kind === "createSlackApi")
      expect(text).toContain(
        `sluice_rate_limit_acquired_total{provider="slack",account="${slack.workspace}",operation="users.list",caller="team-b"} 2`,
      );
  });
});

it("a copy made by `as` shares hooks, limits and events with the client", async () => {
  const server = await startServer(inOrder({}, { status: 429, headers: { "retry-after": "0" } }, {}));
  const slack = factory(server.url, { quota: { tokens: 3, refillRate: 0.01 }, timeoutMs: 10_000 });
  const copy = slack.as({ namespace: "team-a" });
  const told: unknown[] = [];
  slack.on(WebClientEvent.RATE_LIMITED, (seconds) => told.push(seconds));
  copy.on(WebClientEvent.RATE_LIMITED, (seconds) => told.push(seconds));
  expect(copy.hooks).toBe(slack.hooks);
  await slack.users.list({});
  await copy.users.list({});
  expect(told).toEqual([0, 0]);
  expect(await rejection(slack.users.list({}))).toMatchObject({ code: "LIMIT_EXCEEDED" });
  expect(await rejection(copy.users.list({}))).toMatchObject({ code: "LIMIT_EXCEEDED" });
});

it("durations leave out the wait for a limit", async () => {
  const clock = createFakeClock();
  const server = await startServer();
  const outcomes: Outcome[] = [];
  const slack = factory(server.url, {
    clock,
    quota: { tokens: 1, refillRate: 1 },
    hooks: [{ name: "outcomes", stage: "call", after: (_call, outcome) => outcomes.push(outcome) }],
  });
  await slack.users.list({});
  const second = slack.users.list({});
  await clock.advance(1001);
  await second;
  expect(outcomes[1]?.waitedMs).toBeGreaterThan(500);
  expect(outcomes[1]?.durationMs).toBeLessThan(500);
});
