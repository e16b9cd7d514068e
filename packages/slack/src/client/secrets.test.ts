import { inspect } from "node:util";
import { withCallOptions } from "@sluice/core";
import { Registry } from "prom-client";
import { describe, expect, it, vi } from "vitest";
import { createSlackApi, SlackApi, type SlackFactoryOptions } from "../index.js";
import { type KeptLog, keptLog, newWorkspace, rejection } from "../test-support/clients.test-support.js";
import { type Received, type Reply, silentPort, startServer } from "../test-support/server.test-support.js";

const MARK = "MARKERabcdef";
const own = `xoxb-own-${MARK}`;
const callToken = `xoxp-call-${MARK}`;
const inHeader = `xoxc-header-${MARK}`;
const cookie = `d=xoxd-cookie-${MARK}`;
const clientSecret = `client secret+${MARK}/=`;

/** Everything that somebody may come to see of a value. */
function everyView(value: unknown): string {
  const views: string[] = [];
  for (const showHidden of [true, false])
    for (const customInspect of [true, false])
      views.push(inspect(value, { depth: 10, showHidden, customInspect, maxArrayLength: null, maxStringLength: null }));
  for (let error: unknown = value, depth = 0; error instanceof Error && depth < 6; error = error.cause, depth += 1)
    views.push(String(error), error.message, error.stack ?? "");
  views.push(
    JSON.stringify(value) ?? "",
    JSON.stringify({ ...(value as object) }),
    ...Object.values(value as object).map((part) => inspect(part, { depth: 10, showHidden: true })),
  );
  return views.join("\n");
}

/** What the server repeats to whoever asks it: the request, headers and body. */
const echo = ({ headers, body, path }: Received): object => ({
  path,
  headers: Object.fromEntries(headers),
  body: String(body),
  form: Object.fromEntries(new URLSearchParams(String(body))),
});

type Failure = readonly [string, (request: Received) => Reply];
const failures: readonly Failure[] = [
  [
    "status 500 that repeats the request",
    (request) => ({
      status: 500,
      body: echo(request),
      headers: { "x-echo": String(Object.fromEntries(request.headers)["Authorization"]) },
    }),
  ],
  [
    "a page that repeats the request",
    (request) => ({ status: 502, body: `<html>${JSON.stringify(echo(request))}</html>` }),
  ],
  [
    "a refusal that repeats the request",
    (request) => ({ body: { ok: false, error: "invalid_auth", ...echo(request) } }),
  ],
  ["an error that names the token", (request) => ({ body: { ok: false, error: JSON.stringify(echo(request)) } })],
  [
    "warnings that name the token",
    (request) => ({
      body: {
        ok: false,
        error: "x",
        response_metadata: {
          warnings: [JSON.stringify(echo(request))],
          messages: [`[ERROR] ${JSON.stringify(echo(request))}`, `[WARN] ${JSON.stringify(echo(request))}`],
        },
      },
    }),
  ],
  ["text that repeats the request", (request) => ({ body: `no json ${JSON.stringify(echo(request))}` })],
  ["a cut connection", () => ({ action: "drop" })],
  ["a cut body", (request) => ({ action: "cut", body: echo(request) })],
  ["no answer", () => ({ action: "hang" })],
  ["429 without a word", (request) => ({ status: 429, body: echo(request) })],
  [
    "429 with an odd word",
    (request) => ({
      status: 429,
      headers: { "retry-after": String(Object.fromEntries(request.headers)["Authorization"]) },
    }),
  ],
  ["429", (request) => ({ status: 429, headers: { "retry-after": "1" }, body: echo(request) })],
  ["a redirect", () => ({ status: 302, headers: { location: "http://127.0.0.1:1/" } })],
];

/** For calls that are answered, on a busy machine too. */
const patient = { timeout: 0, timeoutMs: 10_000 };

interface Bench {
  readonly slack: SlackApi;
  readonly log: KeptLog;
  readonly ours: string[];
  readonly registry: Registry;
}

function bench(kind: string, slackApiUrl: string, options: SlackFactoryOptions = {}): Bench {
  const log = keptLog();
  const registry = new Registry();
  const ours: string[] = [];
  const note = (fields: object, message: string): void => void ours.push(`${JSON.stringify(fields)} ${message}`);
  const given = { slackApiUrl, logger: log, registry, timeout: 100, headers: { Cookie: cookie }, ...options };
  const slack =
    kind === "createSlackApi"
      ? createSlackApi(newWorkspace(), {
          token: own,
          timeoutMs: 900,
          ...given,
          retry: { maxRetries: 1, baseMs: 1 },
          env: {},
          log: { info: note, warn: note },
        })
      : new SlackApi(newWorkspace(), own, { ...given, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true });
  return { slack, log, ours, registry };
}

async function expectNoMark({ slack, log, ours, registry }: Bench, errors: readonly unknown[]): Promise<void> {
  for (const error of errors) expect(everyView(error)).not.toContain(MARK);
  expect(log.lines.map(({ text }) => text).join("\n")).not.toContain(MARK);
  expect(ours.join("\n")).not.toContain(MARK);
  expect(await registry.metrics()).not.toContain(MARK);
  expect(everyView(slack)).not.toContain(MARK);
  expect(slack.hooks.describe()).not.toContain(MARK);
}

describe.each(["createSlackApi", "new SlackApi"])("%s shows no token", (kind) => {
  it.each(failures)("after %s", async (_what, reply) => {
    const server = await startServer(reply);
    const made = bench(kind, server.url);
    const errors = [
      await rejection(made.slack.users.list({})),
      await rejection(made.slack.users.info({ user: "U1", token: callToken })),
      await rejection(made.slack.oauth.v2.access({ client_id: "1", client_secret: clientSecret, code: "c" })),
      await rejection(made.slack.filesUploadV2({ content: "c", filename: "a.txt", token: callToken })),
      await rejection(
        made.slack.filesUploadV2({ file_uploads: [{ content: "c", filename: "a.txt", token: callToken }] } as never),
      ),
    ];
    // The marker did go out, or this test could not fail.
    expect(server.received.map(({ headers, body }) => JSON.stringify(headers) + String(body)).join()).toContain(MARK);
    expect(made.log.count("debug")).toBeGreaterThan(10);
    await expectNoMark(made, errors);
  });

  it("after an abort, a deadline, and where nobody listens", async () => {
    const server = await startServer(() => ({ action: "hang" }));
    const made = bench(kind, server.url, { timeout: 0 });
    const errors = [
      await rejection(withCallOptions({ signal: AbortSignal.timeout(40) }, () => made.slack.users.list({}))),
      await rejection(
        withCallOptions({ timeoutMs: 40 }, () => made.slack.users.info({ user: "U1", token: callToken })),
      ),
      await rejection(bench(kind, `http://127.0.0.1:${await silentPort()}/`).slack.users.list({})),
    ];
    await expectNoMark(made, errors);
  });

  it("with a token that no header can carry", async () => {
    const server = await startServer();
    const made = bench(kind, server.url);
    const error = await rejection(made.slack.users.info({ user: "U1", token: `xoxb-${MARK}\nsecond` }));
    expect(server.received).toEqual([]);
    await expectNoMark(made, [error]);
  });

  it("that came as an Authorization header", async () => {
    const server = await startServer((request) => ({ body: { ok: false, error: JSON.stringify(echo(request)) } }));
    const headers = { Authorization: `Bearer ${inHeader}` };
    const log = keptLog();
    const slack =
      kind === "createSlackApi"
        ? createSlackApi(newWorkspace(), { headers, slackApiUrl: server.url, logger: log, env: {} })
        : new SlackApi("acme", undefined, { headers, slackApiUrl: server.url, logger: log });
    await expectNoMark({ slack, log, ours: [], registry: new Registry() }, [await rejection(slack.users.list({}))]);
    expect(JSON.stringify(server.received[0]?.headers)).toContain(MARK);
  });

  it("in a client, its copies, and whatever holds one; while it stays readable by name", async () => {
    const server = await startServer();
    const { slack } = bench(kind, server.url, patient);
    const copy = slack.as({ namespace: "team-a" });
    await copy.users.list({});
    for (const holder of [slack, copy, { slack }, [copy], new Map([["slack", slack]])])
      expect(everyView(holder)).not.toContain(MARK);
    expect(inspect(slack).replace(/\s+/g, " ")).toBe(
      `SlackApi { workspace: '${slack.workspace}', slackApiUrl: '${server.url}' }`,
    );
    expect([slack.token, copy.token]).toEqual([own, own]);
  });

  it("to hooks that see a request fail, though its transport puts the whole of it into the error", async () => {
    const seen: string[] = [];
    const sent: unknown[] = [];
    const fetch = (async (url: string, init: { readonly headers: Record<string, string> }) => {
      sent.push(init.headers["Authorization"]);
      throw Object.assign(new Error(`failed: ${JSON.stringify(init)}`), { url, request: init });
    }) as never;
    const made = bench(kind, "http://127.0.0.1:1/", {
      ...patient,
      fetch,
      hooks: [{ name: "watch", error: (_call, error) => void seen.push(everyView(error)) }],
    });
    await expectNoMark(made, [await rejection(made.slack.users.info({ user: "U1" }))]);
    expect(seen.join()).toContain("Authorization");
    expect(seen.join()).not.toContain(MARK);
    // Cleaning the error must not clean the next attempt's request.
    expect(sent).toEqual(Array(kind === "createSlackApi" ? 2 : 1).fill(`Bearer ${own}`));
  });

  it("in what a failing hook is reported with", async () => {
    const server = await startServer();
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const made = bench(kind, server.url, {
      ...patient,
      hooks: [
        {
          name: "broken",
          after: () => {
            throw new Error("broken");
          },
        },
      ],
    });
    await made.slack.users.info({ user: "U1", token: callToken });
    expect(
      warn.mock.calls
        .flat()
        .map((part) => inspect(part, { depth: 10, showHidden: true }))
        .join(),
    ).not.toContain(MARK);
    expect(warn).toHaveBeenCalled();
    warn.mockRestore();
  });
});

it("a limit that refuses names the account by fingerprint", async () => {
  const server = await startServer();
  const made = bench("createSlackApi", server.url, { ...patient, quota: { tokens: 1, refillRate: 0.01 } });
  const call = (): Promise<unknown> => made.slack.users.info({ user: "U1", token: callToken });
  await call();
  const error = await rejection(call());
  expect(error["account"]).toMatch(/^workspace-\d+:[0-9a-f]{12}$/);
  expect(await made.registry.metrics()).toMatch(/account="workspace-\d+:[0-9a-f]{12}"/);
  await expectNoMark(made, [error]);
});

it("bad options are refused without showing what may be one", () => {
  for (const options of [
    { token: `xoxb ${MARK}` },
    { redis: `redis://:${MARK}@host:port` },
    { env: { SLACK_TOKEN: `x ${MARK}` } },
    { env: { SLACK_TOKEN: "xoxb-1", REDIS_URL: `http://${MARK}:${MARK}@host` } },
  ]) {
    let error: unknown;
    try {
      createSlackApi("acme", { env: {}, ...options });
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({ code: "CONFIG_INVALID" });
    expect(everyView(error)).not.toContain(MARK);
  }
});
