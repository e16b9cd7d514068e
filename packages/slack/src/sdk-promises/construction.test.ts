import { addAppMetadata, LogLevel, WebClient } from "@slack/web-api";
import { describe, expect, it, vi } from "vitest";
import { createSlackApi, SlackApi } from "../index.js";
import { keptLog, kinds, newWorkspace, token } from "../test-support/clients.test-support.js";
import { type Received, startServer } from "../test-support/server.test-support.js";

const header = (request: Received | undefined, name: string): string | undefined =>
  request?.headers.find(([one]) => one.toLowerCase() === name)?.[1];

describe.each(kinds)("%s", (name, make) => {
  it("makes a WebClient that shows its token and where it sends", () => {
    const client = make(token);
    expect(client).toBeInstanceOf(WebClient);
    if (name !== "new WebClient") expect(client).toBeInstanceOf(SlackApi);
    expect(client.token).toBe(token);
    expect(client.slackApiUrl).toBe("https://slack.com/api/");
  });

  it("can be made without giving a token", () => {
    expect(make(undefined)).toBeInstanceOf(WebClient);
  });

  it.each([
    ["https://slack.com/api", "https://slack.com/api/"],
    ["https://slack.com/api/", "https://slack.com/api/"],
    ["https://gov.example.com/slack/api", "https://gov.example.com/slack/api/"],
    ["http://127.0.0.1:9/", "http://127.0.0.1:9/"],
  ])("reads slackApiUrl %s as %s", (given, kept) => {
    expect(make(token, { slackApiUrl: given }).slackApiUrl).toBe(kept);
  });

  it("writes a debug line when it is made, to the console unless it has a logger", () => {
    const toConsole = vi.spyOn(console, "debug").mockImplementation(() => {});
    const log = keptLog();
    make(token, { logger: log });
    expect(log.count("debug")).toBeGreaterThan(0);
    expect(toConsole).not.toHaveBeenCalled();
    make(token, { logLevel: LogLevel.DEBUG, logger: undefined as never });
    expect(toConsole).toHaveBeenCalled();
    toConsole.mockRestore();
  });

  it("leaves the logger's name and level as they were, also beside a logLevel", () => {
    const log = keptLog();
    make(token, { logger: log, logLevel: LogLevel.ERROR });
    expect([log.count("setName"), log.count("setLevel"), log.count("warn")]).toEqual([0, 0, 0]);
    expect(log.lines.some(({ text }) => text.includes("logLevel"))).toBe(true);
  });

  it("sends the token, static headers and who it is; a call's own token goes above the client's", async () => {
    const server = await startServer();
    const client = make(token, { slackApiUrl: server.url, headers: { "X-Team": "one" } });
    await client.apiCall("method");
    await client.apiCall("method", { token: "xoxp-of-the-call" });
    const [first, second] = server.received;
    expect(header(first, "authorization")).toBe(`Bearer ${token}`);
    expect(header(second, "authorization")).toBe("Bearer xoxp-of-the-call");
    expect([header(first, "x-team"), header(second, "x-team")]).toEqual(["one", "one"]);
    expect(header(first, "user-agent")).toMatch(/@slack:web-api\/\d+\.\d+\.\d+ .*\/\d+\.\d+\.\d+ /);
  });

  it("names the application in the user agent, once that is known", async () => {
    const server = await startServer();
    addAppMetadata({ name: `app-${kinds.findIndex(([one]) => one === name)}/x`, version: "1.2.3" });
    await make(token, { slackApiUrl: server.url }).apiCall("method");
    expect(header(server.received[0], "user-agent")).toContain(
      `app-${kinds.findIndex(([one]) => one === name)}:x/1.2.3`,
    );
  });

  it("sends to slackApiUrl, with or without its slash", async () => {
    const server = await startServer();
    await make(token, { slackApiUrl: server.url }).apiCall("method");
    await make(token, { slackApiUrl: `${server.origin}/other` }).apiCall("method");
    expect(server.received.map(({ path }) => path)).toEqual(["/api/method", "/other/method"]);
  });

  it("sends a method that is a URL there, unless that is not allowed", async () => {
    const server = await startServer();
    const elsewhere = `${server.origin}/elsewhere/method`;
    await make(token, { slackApiUrl: server.url }).apiCall(elsewhere);
    await make(token, { slackApiUrl: server.url, allowAbsoluteUrls: true }).apiCall(elsewhere);
    await make(token, { slackApiUrl: server.url, allowAbsoluteUrls: false }).apiCall(elsewhere);
    expect(server.received.map(({ path }) => path)).toEqual([
      "/elsewhere/method",
      "/elsewhere/method",
      `/api/${elsewhere}`,
    ]);
  });

  it("has methods by name at every depth", async () => {
    const server = await startServer();
    const client = make(token, { slackApiUrl: server.url });
    await Promise.all([
      client.chat.postMessage({ channel: "C1", text: "t" }),
      client.team.profile.get(),
      client.admin.users.session.list({}),
    ]);
    expect(server.received.map(({ path, body }) => `${path} ${String(body)}`).toSorted()).toEqual([
      "/api/admin.users.session.list ",
      "/api/chat.postMessage channel=C1&text=t",
      "/api/team.profile.get ",
    ]);
  });

  it("uses the fetch it is given", async () => {
    const asked: string[] = [];
    const own = (async (url: string | URL) => {
      asked.push(String(url));
      return new Response('{"ok":true}');
    }) as never;
    await make(token, { fetch: own }).apiCall("method");
    expect(asked).toEqual(["https://slack.com/api/method"]);
  });
});

it("SlackApi can be extended, and what overrides apiCall is used by the typed methods", async () => {
  const asked: string[] = [];
  class Own extends SlackApi {
    override apiCall(method: string): ReturnType<WebClient["apiCall"]> {
      asked.push(method);
      return Promise.resolve({ ok: true });
    }
  }
  await new Own(newWorkspace(), token, { logger: keptLog() }).users.info({ user: "U1" });
  expect(asked).toEqual(["users.info"]);
});

it("a factory looks for its token in the option, then the workspace's variable, then the common one", () => {
  const env = { SLACK_TOKEN_ACME_EAST: "xoxb-of-acme", SLACK_TOKEN: "xoxb-common" };
  expect(createSlackApi("acme-east", { token, env }).token).toBe(token);
  expect(createSlackApi("acme-east", { env }).token).toBe("xoxb-of-acme");
  expect(createSlackApi("other", { env }).token).toBe("xoxb-common");
  expect(createSlackApi("acme-east", { token: "", env }).token).toBe("xoxb-of-acme");
});
