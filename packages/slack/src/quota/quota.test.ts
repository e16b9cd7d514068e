import { createFakeClock } from "@sluice/core/testing";
import { slidingWindow, tokenBucket } from "@sluice/limiter";
import { describe, expect, it } from "vitest";
import { createSlackApi, type SlackFactoryOptions } from "../index.js";
import { keptLog, newWorkspace, recorder, token } from "../test-support/clients.test-support.js";
import { chargesOf, keptLimiter, shortly } from "../test-support/quota.test-support.js";
import { startServer } from "../test-support/server.test-support.js";

/** Half a minute's calls, less those of 250 ms. */
const burstOf = (perMinute: number): number => Math.floor(perMinute / 2 - perMinute / 240);
/** The bucket of a method that is limited by channel alone: there to be paused. */
const unlimited = { "chat.postMessage": "1000000/s, 1000000 at once" };
const own = (bucket: string, perMinute: number): object => ({
  [bucket]: `${perMinute} in 60250 ms`,
  [`${bucket}:burst`]: expect.stringMatching(`, ${burstOf(perMinute)} at once`),
});

describe("posting", () => {
  it("has a limit of one a second for each channel, whichever method posts", () => {
    const channel = own("channel:C1", 60);
    expect(shortly(chargesOf("chat.postMessage", { channel: "C1" }))).toEqual({ ...unlimited, ...channel });
    expect(shortly(chargesOf("chat.postEphemeral", { channel: "C1" }))).toEqual({
      ...own("chat.postEphemeral", 100),
      ...channel,
    });
    expect(shortly(chargesOf("chat.meMessage", { channel: "C1" }))).toEqual({
      ...own("chat.meMessage", 50),
      ...channel,
    });
  });

  it("to other channels is another matter, and so are edits, streams and messages for later", () => {
    expect(Object.keys(shortly(chargesOf("chat.postMessage", { channel: "C2" })))).toEqual([
      "chat.postMessage",
      "channel:C2",
      "channel:C2:burst",
    ]);
    for (const method of ["chat.update", "chat.scheduleMessage", "chat.startStream", "conversations.history"]) {
      expect(Object.keys(shortly(chargesOf(method, { channel: "C1" }))), method).toEqual([method, `${method}:burst`]);
    }
  });

  it("sets a profile ten times a minute, each profile for itself", () => {
    expect(shortly(chargesOf("users.profile.set", { user: "U1" }))).toEqual({
      ...own("users.profile.set", 50),
      ...own("profile:U1", 10),
    });
    expect(Object.keys(shortly(chargesOf("users.profile.set")))).toContain("profile:own");
  });

  it("shares a channel's second between the methods, and leaves other channels alone", async () => {
    const server = await startServer();
    const slack = createSlackApi(newWorkspace(), {
      token,
      slackApiUrl: server.url,
      logger: keptLog(),
      env: {},
      timeoutMs: 300,
      clock: createFakeClock(),
      quota: { burstShare: 0.04 },
    });
    await slack.chat.postMessage({ channel: "C1", text: "t" });
    await slack.chat.meMessage({ channel: "C1", text: "t" });
    await expect(slack.chat.postEphemeral({ channel: "C1", user: "U1", text: "t" })).rejects.toMatchObject({
      code: "LIMIT_EXCEEDED",
      bucket: expect.stringMatching(/^channel:C1:burst@/),
    });
    await slack.chat.postMessage({ channel: "C2", text: "t" });
    expect(server.received).toHaveLength(3);
  });
});

describe("settings of the quota", () => {
  const each = (method: string, options: object, env: Record<string, string> = {}, channel?: string): object =>
    shortly(chargesOf(method, { options, env, ...(channel !== undefined && { channel }) }));

  it.each([2, "tier2"] as const)("tier %o takes the place of every method's own", (tier) => {
    expect(each("users.info", { tier })).toEqual(own("users.info", 20));
    expect(each("never.heard.of.it", { tier })).toEqual(own("never.heard.of.it", 20));
    expect(each("chat.postMessage", { tier }, {}, "C1")).toEqual({
      ...own("chat.postMessage", 20),
      ...own("channel:C1", 60),
    });
  });

  it.each(["3", " 3 ", "tier3", " Tier3 ", "tier-3", "TIER_3", "tier  3"])(
    "SLACK_RATE_LIMIT_TIER=%o does the same, unless the option says otherwise",
    (text) => {
      const env = { SLACK_RATE_LIMIT_TIER: text };
      expect(each("users.info", {}, env)).toEqual(own("users.info", 50));
      expect(each("users.info", { tier: 4 }, env)).toEqual(own("users.info", 100));
    },
  );

  it.each(["-1", "_1", "1-", "- 1", "1 2", "--3", "tier3-", "ti-er3", "tier-", "-tier3"])(
    "%o is no tier: neither in the variable nor in the option",
    (text) => {
      const accepted = "1, 2, 3, 4 or tier1, tier2, tier3, tier4";
      const complaint = (option: string): string => `${option} must be ${accepted}, got ${JSON.stringify(text)}`;
      expect(() => each("users.info", {}, { SLACK_RATE_LIMIT_TIER: text })).toThrow(complaint("SLACK_RATE_LIMIT_TIER"));
      expect(() => each("users.info", { tier: text })).toThrow(complaint("quota.tier"));
    },
  );

  it.each([-1, -4, 1.5, 0, 5, Number.NaN])("%o is no tier either", (tier) => {
    expect(() => each("users.info", { tier })).toThrow(
      `quota.tier must be 1, 2, 3, 4 or tier1, tier2, tier3, tier4, got ${tier}`,
    );
  });

  it("SLACK_RATE_LIMIT_TOKENS and _REFILL_RATE make it a plain token bucket for every method", () => {
    const env = { SLACK_RATE_LIMIT_TOKENS: "7", SLACK_RATE_LIMIT_REFILL_RATE: "0.5" };
    for (const method of ["users.info", "never.heard.of.it"])
      expect(each(method, {}, env)).toEqual({ [method]: "0.5/s, 7 at once" });
    expect(each("chat.postMessage", {}, env, "C1")).toEqual({ "chat.postMessage": "0.5/s, 7 at once" });
    expect(each("users.info", { tokens: 3, refillRate: 2 }, env)).toEqual({ "users.info": "2/s, 3 at once" });
  });

  it("one of the two takes the other from the method's tier, or from itself", () => {
    expect(each("users.info", {}, { SLACK_RATE_LIMIT_TOKENS: "7" })).toEqual({ "users.info": "1.6667/s, 7 at once" });
    expect(each("users.info", {}, { SLACK_RATE_LIMIT_TOKENS: "7", SLACK_RATE_LIMIT_TIER: "1" })).toEqual({
      "users.info": "0.0167/s, 7 at once",
    });
    expect(each("users.info", {}, { SLACK_RATE_LIMIT_REFILL_RATE: "2.5" })).toEqual({
      "users.info": "2.5/s, 3 at once",
    });
  });

  it("empty variables count as absent", () => {
    expect(
      each(
        "users.info",
        {},
        { SLACK_RATE_LIMIT_TIER: "", SLACK_RATE_LIMIT_TOKENS: "", SLACK_RATE_LIMIT_REFILL_RATE: "" },
      ),
    ).toEqual(own("users.info", 100));
  });

  it("single methods may have a number or a limit of their own", () => {
    const methods = {
      "users.info": 300,
      "users.list": slidingWindow({ limit: 5, windowMs: 1000 }),
      "chat.postMessage": tokenBucket({ refillRate: 1, burst: 2 }),
    };
    expect(each("users.info", { methods })).toEqual(own("users.info", 300));
    expect(each("users.list", { methods })).toEqual({ "users.list": "5 in 1000 ms" });
    expect(each("chat.postMessage", { methods }, {}, "C1")).toEqual({
      "chat.postMessage": "1/s, 2 at once",
      ...own("channel:C1", 60),
    });
    expect(each("users.info", { methods, tokens: 1 })).toEqual(own("users.info", 300));
  });

  it("burst share, margin and minute can be chosen", () => {
    expect(each("users.info", { burstShare: 1, marginMs: 0 })).toEqual({ "users.info": "100 in 60000 ms" });
    expect(each("users.info", { burstShare: 0.1, marginMs: 2500 })).toEqual({
      "users.info": "100 in 62500 ms",
      "users.info:burst": "1.6667/s, 5 at once",
    });
    expect(each("users.info", { minuteMs: 6000 })).toEqual({
      "users.info": "100 in 6025 ms",
      "users.info:burst": "16.6667/s, 49 at once",
    });
  });
});

describe("whose quota a call uses", () => {
  const asked = async (
    run: (slack: ReturnType<typeof createSlackApi>) => Promise<unknown>,
    options: SlackFactoryOptions = {},
  ): Promise<string[]> => {
    const limiter = keptLimiter();
    const fetch = (async () => new Response('{"ok":true}')) as never;
    await run(createSlackApi("acme", { token, fetch, limiter, logger: keptLog(), env: {}, ...options }));
    return limiter.asked.flat().map(({ bucket }) => bucket);
  };

  it("Slack's own address has plain names, however it is written; another server has its own buckets", async () => {
    const list = (slack: ReturnType<typeof createSlackApi>): Promise<unknown> => slack.users.list({});
    const plain = ["users.list", "users.list:burst"];
    for (const slackApiUrl of [undefined, "https://slack.com/api/", "https://slack.com/api"])
      expect(await asked(list, slackApiUrl === undefined ? {} : { slackApiUrl })).toEqual(plain);
    expect(await asked(list, { slackApiUrl: "https://slack-gov.com/api/" })).toEqual(
      plain.map((bucket) => `${bucket}@slack-gov.com`),
    );
    expect(await asked((slack) => slack.apiCall("https://example.com/x"))).toEqual([
      "example.com",
      "example.com:burst",
    ]);
  });

  it("a token of the call's own is another account, named by a fingerprint that is the same everywhere", async () => {
    const server = await startServer();
    const accounts: string[] = [];
    for (let n = 0; n < 2; n += 1) {
      const seen = recorder();
      const slack = createSlackApi("acme", {
        token,
        slackApiUrl: server.url,
        logger: keptLog(),
        env: {},
        hooks: seen.hooks,
      });
      await slack.users.info({ user: "U1" });
      await slack.users.info({ user: "U1", token });
      await slack.users.info({ user: "U1", token: "xoxp-another" });
      await slack.filesUploadV2({ file_uploads: [], token: "xoxp-another" } as never);
      accounts.push(...seen.calls.map(({ account }) => account));
      expect(seen.attempts.map(({ account }) => account)).toEqual(seen.calls.slice(0, 3).map(({ account }) => account));
    }
    // Written out: another process, or another release, must come to the same.
    const expected = ["acme", "acme", "acme:6a63cc060d1c", "acme:6a63cc060d1c"];
    expect(accounts).toEqual([...expected, ...expected]);
  });

  it("another account's empty bucket holds nobody else up", async () => {
    const server = await startServer();
    const slack = createSlackApi(newWorkspace(), {
      token,
      slackApiUrl: server.url,
      logger: keptLog(),
      env: {},
      timeoutMs: 10_000,
      quota: { tokens: 1, refillRate: 0.01 },
    });
    await slack.users.info({ user: "U1" });
    await expect(slack.users.info({ user: "U1" })).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
    await slack.users.info({ user: "U1", token: "xoxp-another" });
    await expect(slack.users.info({ user: "U1", token: "xoxp-another" })).rejects.toMatchObject({
      code: "LIMIT_EXCEEDED",
      account: expect.stringMatching(/^workspace-\d+:[0-9a-f]{12}$/),
    });
    await slack.users.list({});
    expect(server.received).toHaveLength(3);
  });

  it("all clients of a workspace in one process share its buckets; other workspaces have their own", async () => {
    const server = await startServer();
    const workspace = newWorkspace();
    const make = (name: string): ReturnType<typeof createSlackApi> =>
      createSlackApi(name, {
        token,
        slackApiUrl: server.url,
        logger: keptLog(),
        env: {},
        timeoutMs: 10_000,
        quota: { tokens: 1, refillRate: 0.01 },
      });
    await make(workspace).users.list({});
    await expect(make(workspace).users.list({})).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
    await make(newWorkspace()).users.list({});
  });

  it("a quota of one's own sees each attempt, and its charges are what is taken", async () => {
    const bucket = slidingWindow({ limit: 3, windowMs: 60_000 });
    const server = await startServer();
    const slack = createSlackApi(newWorkspace(), {
      token,
      slackApiUrl: server.url,
      logger: keptLog(),
      env: {},
      timeoutMs: 10_000,
      quota: ({ operation, access }) =>
        operation === "auth.test" ? [] : [{ bucket: access, limit: bucket, cost: operation === "users.list" ? 2 : 1 }],
    });
    await slack.users.list({});
    await slack.users.info({ user: "U1" });
    await expect(slack.users.info({ user: "U1" })).rejects.toMatchObject({ code: "LIMIT_EXCEEDED", bucket: "read" });
    for (let n = 0; n < 5; n += 1) await slack.auth.test();
    expect(server.received).toHaveLength(7);
  });
});
