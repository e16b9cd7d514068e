import { describe, expect, it, onTestFinished } from "vitest";
import { newWorkspace, token } from "../../test-support/clients.test-support.js";
import { createSlackApi } from "../create-slack-api.js";
import type { SlackFactoryOptions } from "../options.js";

function limitsOf(options: SlackFactoryOptions = {}) {
  const slack = createSlackApi(newWorkspace(), { token, env: {}, ...options });
  onTestFinished(() => slack.close());
  return slack.limits();
}

describe("an explanation of chat.postMessage", () => {
  it("says in words which limits it passes and where their figures come from", () => {
    const { text, limits } = limitsOf().explain("chat.postMessage");
    expect(limits.map(({ bucket, needs }) => [bucket, needs])).toEqual([
      ["chat.postMessage", []],
      ["channel:{channel}", ["channel"]],
      ["channel:{channel}:burst", ["channel"]],
    ]);
    for (const words of [
      "passes 3 limits",
      "60 in any 60.25 s",
      "1 per second, at most 29 at once",
      "one for each channel",
      "per channel, per app",
      "Published: 1 message per second and channel.",
      "https://docs.slack.dev/apis/web-api/rate-limits (as of 2026-08-20",
      "https://docs.slack.dev/reference/methods/chat.postMessage (as of",
      "Burst sizes are unpublished",
    ])
      expect(text).toContain(words);
  });

  it("names the channel's own bucket when the channel is given", () => {
    const { limits } = limitsOf().explain("chat.postMessage", { channel: "C1", text: "hello" });
    expect(limits.map(({ bucket }) => bucket)).toEqual(["chat.postMessage", "channel:C1", "channel:C1:burst"]);
  });

  it("looks at that bucket too", async () => {
    const limits = limitsOf();
    const of = async (args?: object) =>
      (await limits.inspect({ operation: "chat.postMessage", args })).buckets.map(({ bucket }) => bucket);
    expect(await of({ channel: "C1" })).toEqual(["chat.postMessage", "channel:C1", "channel:C1:burst"]);
    expect(await of()).toEqual(["chat.postMessage"]);
  });
});

describe("an explanation", () => {
  it("of an upload names its three requests", () => {
    const { text, limits } = limitsOf().explain("files.uploadV2");
    expect([...new Set(limits.map(({ request }) => request))]).toEqual([
      "files.getUploadURLExternal",
      "upload",
      "files.completeUploadExternal",
    ]);
    expect(text).toContain("passes 6 limits, in 3 requests");
  });

  it.each([
    [{}, {}, { by: "default", name: null, value: null }, "tier 3, at least 50 per minute"],
    [{ quota: { tier: 2 } }, {}, { by: "tier", name: "quota.tier", value: 2 }, "tier 2, at least 20 per minute"],
    [
      {},
      { SLACK_RATE_LIMIT_TIER: "tier4" },
      { by: "tier", name: "SLACK_RATE_LIMIT_TIER", value: "tier4" },
      "tier 4, at least 100 per minute",
    ],
    [{ quota: { tokens: 5 } }, {}, { by: "option", name: "quota.tokens", value: 5 }, null],
    [
      {},
      { SLACK_RATE_LIMIT_REFILL_RATE: "2" },
      { by: "environment", name: "SLACK_RATE_LIMIT_REFILL_RATE", value: "2" },
      null,
    ],
    [
      { quota: { methods: { "chat.update": 7 } } },
      {},
      { by: "option", name: 'quota.methods["chat.update"]', value: 7 },
      null,
    ],
  ] as const)("with %j and %j says what decided", (options, env, setBy, published) => {
    const [limit] = limitsOf({ ...options, env }).explain("chat.update").limits;
    expect(limit).toMatchObject({ setBy, published });
    expect(limit?.source === null).toBe(published === null);
  });

  it("of a method without a published number says what takes its place", () => {
    expect(limitsOf().explain("agents.conversations.create").limits[0]).toMatchObject({
      words: "60 in any 60.25 s",
      published: expect.stringContaining("Slack recommends 1 request per second") as string,
      source: { url: "https://docs.slack.dev/apis/web-api/rate-limits" },
    });
  });

  it("with a token of its own is about the account of that token, which is not shown", () => {
    const { account, text } = limitsOf().explain("chat.update", { token: "xoxb-another-token" });
    expect(account).toMatch(/^workspace-\d+:[0-9a-f]{12}$/);
    expect(text).not.toContain("xoxb");
  });

  it("of a client that acts for somebody is that of the client itself", () => {
    const slack = createSlackApi(newWorkspace(), { token, env: {} });
    onTestFinished(() => slack.close());
    expect(slack.as({ tenant: "a" }).limits().explain("chat.update")).toEqual(slack.limits().explain("chat.update"));
  });
});
