import { describe, expect, it } from "vitest";
import { newRegistry } from "../test-support/clients.test-support.js";
import { createGitLabApi, GitLabApi, type GitLabFactoryOptions } from "../index.js";

const make = (options: unknown, account: unknown = "acme"): GitLabApi =>
  createGitLabApi(account as string, {
    env: {},
    token: "glpat-1",
    registry: newRegistry(),
    ...(options as GitLabFactoryOptions),
  });

describe("bad input is refused before anything is sent, naming option or variable", () => {
  it.each([
    ["an empty account", {}, "account", ""],
    ["an account that is no text", {}, "account", 7],
  ])("%s", (_what, options, option, account) => {
    expect(() => make(options, account)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID", option }));
    expect(() => new GitLabApi(account as string)).toThrow(expect.objectContaining({ option }));
  });

  it.each([
    [{ token: "with space" }, "token"],
    [{ token: "line\nbreak" }, "token"],
    [{ token: undefined, oauthToken: 5 }, "oauthToken"],
    [{ host: "gitlab.example.com" }, "host"],
    [{ host: "ftp://gitlab.example.com" }, "host"],
    [{ host: "https://user:password@gitlab.example.com" }, "host"],
    [{ queryTimeout: -1 }, "queryTimeout"],
    [{ queryTimeout: "5" }, "queryTimeout"],
    [{ rateLimits: 5 }, "rateLimits"],
    [{ rateLimits: { "**": 0 } }, 'rateLimits["**"]'],
    [{ rateLimits: { "**": { method: "get", limit: 1.5 } } }, 'rateLimits["**"]'],
    [{ rateLimits: { "**": 1 }, rateLimitDuration: 0 }, "rateLimitDuration"],
    [{ quota: 5 }, "quota"],
    [{ quota: null }, "quota"],
    [{ quota: { tier: "gold" } }, "quota.tier"],
    [{ quota: { perMinute: 0 } }, "quota.perMinute"],
    [{ quota: { tokens: 1.5 } }, "quota.tokens"],
    [{ quota: { refillRate: 0 } }, "quota.refillRate"],
    [{ quota: { marginMs: -1 } }, "quota.marginMs"],
    [{ quota: { minuteMs: 5 } }, "quota.minuteMs"],
    [{ quota: { endpoints: { nothing: 5 } } }, "quota.endpoints"],
    [{ quota: { endpoints: { issueCreation: 0 } } }, 'quota.endpoints["issueCreation"]'],
    [{ quota: { endpoints: { issueCreation: { kind: "other" } } } }, 'quota.endpoints["issueCreation"]'],
    [
      { quota: { endpoints: { issueCreation: { kind: "tokenBucket", refillRate: 0, burst: 1 } } } },
      'quota.endpoints["issueCreation"].refillRate',
    ],
    [{ requesterFn: () => ({}) }, "requesterFn"],
    [{ mode: "on" }, "mode"],
    [{ timeoutMs: 0 }, "timeoutMs"],
    [{ redis: "nowhere" }, "redis"],
    [{ retry: "no" }, "retry"],
    [{ env: { GITLAB_RATE_LIMIT_TIER: "gold" } }, "GITLAB_RATE_LIMIT_TIER"],
    [{ env: { GITLAB_RATE_LIMIT_PER_MINUTE: "many" } }, "GITLAB_RATE_LIMIT_PER_MINUTE"],
    [{ env: { GITLAB_RATE_LIMIT_TOKENS: "0x10" } }, "GITLAB_RATE_LIMIT_TOKENS"],
    [{ env: { GITLAB_RATE_LIMIT_REFILL_RATE: "-1" } }, "GITLAB_RATE_LIMIT_REFILL_RATE"],
    [{ env: { GITLAB_URL: "nowhere" } }, "GITLAB_URL"],
    [{ env: { GITLAB_HOST: "a b" } }, "GITLAB_HOST"],
    [{ env: { REDIS_URL: "nowhere" } }, "REDIS_URL"],
    [{ token: undefined, env: { GITLAB_TOKEN: "with space" } }, "GITLAB_TOKEN"],
    [{ token: undefined }, "token"],
  ])("%j", (options, option) => {
    expect(() => make(options)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID", option }));
  });

  it("never shows the secret in it", () => {
    for (const options of [
      { token: "glpat secret" },
      { host: "https://user:glpat secret@h" },
      { host: "https://user:secret@gitlab.example.com" },
    ])
      expect(() => make(options)).toThrow(expect.not.stringContaining("secret"));
  });
});
