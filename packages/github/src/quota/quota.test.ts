import { ConfigError } from "@sluice/core";
import { describe, expect, it } from "vitest";
import { chargesOf, quotaOf } from "../test-support/quota.test-support.js";
import { isQuota, resolveQuota } from "./options.js";

const places = "1 of 100 at a time";
const rest = "1 of 900 in any 60250 ms";
const open = "1 of 1000000/s, 1000000 at once";

describe("a request takes", () => {
  it("a token of its resource's hour, a point, and a place in flight", () => {
    expect(chargesOf("GET /repos/{owner}/{repo}")).toEqual({
      core: "1 of 5000 in each 3600250 ms",
      "points:rest": rest,
      "in-flight": places,
    });
  });

  it("five points when it writes, and content when it makes some", () => {
    expect(chargesOf("PATCH /repos/{owner}/{repo}")).toMatchObject({ "points:rest": "5 of 900 in any 60250 ms" });
    expect(chargesOf("PATCH /repos/{owner}/{repo}")).not.toHaveProperty("content");
    expect(chargesOf("POST /repos/{owner}/{repo}/issues")).toEqual({
      core: "1 of 5000 in each 3600250 ms",
      "points:rest": "5 of 900 in any 60250 ms",
      content: "1 of 80 in any 60250 ms",
      "content:hour": "1 of 500 in any 3600250 ms",
      "in-flight": places,
    });
  });

  it("points of GraphQL: one for a query, five for a mutation, and content when that makes some", () => {
    expect(chargesOf("POST /graphql", { query: "{ a }" })).toEqual({
      graphql: "1 of 5000 in each 3600250 ms",
      "points:graphql": "1 of 2000 in any 60250 ms",
      "in-flight": places,
    });
    const mutation = chargesOf("POST /graphql", { query: "mutation { closeIssue { a } }" });
    expect(mutation).toMatchObject({ "points:graphql": "5 of 2000 in any 60250 ms" });
    expect(mutation).not.toHaveProperty("content");
    expect(chargesOf("POST /graphql", { query: "mutation { createIssue { a } }" })).toHaveProperty("content");
  });

  it("nothing of any resource for a look at the limits", () => {
    expect(chargesOf("GET /rate_limit")).toEqual({ "points:rest": rest, "in-flight": places });
  });

  it("no second place when it is a strategy's, made while another request waits for it", () => {
    const asked = { headers: { authorization: "bearer a.b.c" } };
    expect(chargesOf("POST /app/installations/{installation_id}/access_tokens", asked)).toEqual({
      "app:core": "1 of 5000 in each 3600250 ms",
      "app:points:rest": "5 of 900 in any 60250 ms",
    });
  });
});

it.each([
  ["GET /search/issues", "search", "1 of 30 in any 60250 ms"],
  ["GET /search/code", "code_search", "1 of 10 in any 60250 ms"],
  ["HEAD /search/code", "code_search", "1 of 10 in any 60250 ms"],
  ["POST /app-manifests/{code}/conversions", "integration_manifest", "1 of 5000 in each 3600250 ms"],
  ["POST /repos/{owner}/{repo}/dependency-graph/snapshots", "dependency_snapshots", "1 of 100 in any 60250 ms"],
  ["GET /repos/{owner}/{repo}/dependency-graph/sbom", "dependency_sbom", "1 of 100 in any 60250 ms"],
  ["POST /repos/{owner}/{repo}/code-scanning/sarifs", "code_scanning_upload", "1 of 1000 in each 3600250 ms"],
  [
    "POST /repos/{owner}/{repo}/code-scanning/alerts/{alert_number}/autofix",
    "code_scanning_autofix",
    "1 of 10 in any 60250 ms",
  ],
  [
    "POST /orgs/{org}/actions/runners/registration-token",
    "actions_runner_registration",
    "1 of 10000 in each 3600250 ms",
  ],
  ["GET /scim/v2/organizations/o/Users", "scim", "1 of 15000 in each 3600250 ms"],
  ["GET /orgs/{org}/audit-log", "audit_log", "1 of 1750 in each 3600250 ms"],
  ["GET /anything/else", "core", "1 of 5000 in each 3600250 ms"],
])("%s takes from %s", (route, bucket, numbers) => {
  expect(Object.entries(chargesOf(route))[0]).toEqual([bucket, numbers]);
});

describe("a tier", () => {
  it.each([
    ["user", 5000, 5000],
    ["enterprise", 15000, 10000],
    ["installation", 5000, 5000],
    ["installation-enterprise", 15000, 10000],
    ["oauth-app", 5000, 5000],
    ["oauth-app-enterprise", 15000, 10000],
    ["actions", 1000, 1000],
    ["actions-enterprise", 15000, 15000],
  ] as const)("%s has %d requests and %d points an hour", (tier, core, points) => {
    expect(chargesOf("GET /user", { options: { tier } })["core"]).toBe(`1 of ${core} in each 3600250 ms`);
    expect(chargesOf("POST /graphql", { tier })["graphql"]).toBe(`1 of ${points} in each 3600250 ms`);
    expect(chargesOf("GET /user", { env: { GITHUB_RATE_LIMIT_TIER: tier } })["core"]).toBe(
      `1 of ${core} in each 3600250 ms`,
    );
  });

  it("unauthenticated has 60 requests an hour and 10 searches a minute", () => {
    const options = { tier: "unauthenticated" } as const;
    expect(chargesOf("GET /x", { options })["core"]).toBe("1 of 60 in each 3600250 ms");
    expect(chargesOf("GET /search/users", { options })["search"]).toBe("1 of 10 in any 60250 ms");
  });
});

describe("another server", () => {
  const baseUrl = "https://github.example.com/api/v3";

  it("has no limits, but buckets that can be paused", () => {
    expect(chargesOf("GET /user", { baseUrl })).toEqual({
      "core@github.example.com": open,
      "points:rest@github.example.com": open,
    });
  });

  it("has those of a tier that is given", () => {
    expect(chargesOf("GET /user", { baseUrl, options: { tier: "user" } })).toEqual({
      "core@github.example.com": "1 of 5000 in each 3600250 ms",
      "points:rest@github.example.com": rest,
      "in-flight@github.example.com": places,
    });
    expect(chargesOf("GET /user", { baseUrl, options: { tier: "user", secondary: false } })).toEqual({
      "core@github.example.com": "1 of 5000 in each 3600250 ms",
      "points:rest@github.example.com": open,
    });
  });

  it("has the published ones when GitHub runs it", () => {
    const charges = chargesOf("GET /user", { baseUrl: "https://api.octo.ghe.com" });
    expect(charges["core@octo.ghe.com"]).toBe("1 of 5000 in each 3600250 ms");
    const upload = chargesOf("POST https://uploads.github.com/repos/o/r/releases/1/assets");
    expect(Object.keys(upload)).toEqual(["core", "points:rest", "in-flight"]);
  });
});

describe("settings", () => {
  it("of single resources take a number, or a limit of one's own", () => {
    const options = { resources: { core: 12_500, search: { kind: "tokenBucket", refillRate: 1, burst: 3 } } } as const;
    expect(chargesOf("GET /user", { options })["core"]).toBe("1 of 12500 in each 3600250 ms");
    expect(chargesOf("GET /search/users", { options })["search"]).toBe("1 of 1/s, 3 at once");
  });

  it("make the hour a plain token bucket", () => {
    expect(chargesOf("GET /user", { options: { tokens: 50, refillRate: 2 } })["core"]).toBe("1 of 2/s, 50 at once");
    const env = { GITHUB_RATE_LIMIT_TOKENS: "7", GITHUB_RATE_LIMIT_REFILL_RATE: "0.5" };
    expect(chargesOf("GET /user", { env })["core"]).toBe("1 of 0.5/s, 7 at once");
    expect(chargesOf("GET /user", { env: { GITHUB_RATE_LIMIT_TOKENS: "7" } })["core"]).toBe("1 of 1.3888/s, 7 at once");
  });

  it("beat the environment", () => {
    const env = { GITHUB_RATE_LIMIT_TIER: "actions" };
    expect(chargesOf("GET /user", { env, options: { tier: "enterprise" } })["core"]).toContain("15000");
  });

  it("shrink the minutes of a simulator, and its hours", () => {
    const options = { minuteMs: 600, marginMs: 0 };
    expect(chargesOf("GET /search/code", { options })).toMatchObject({ code_search: "1 of 10 in any 600 ms" });
    expect(chargesOf("GET /user", { options })).toMatchObject({ core: "1 of 5000 in each 36000 ms" });
  });

  it.each([
    [{ tier: "gold" }, "quota.tier"],
    [{ tokens: 0 }, "quota.tokens"],
    [{ tokens: 1.5 }, "quota.tokens"],
    [{ refillRate: -1 }, "quota.refillRate"],
    [{ resources: { core: 0 } }, 'quota.resources["core"]'],
    [{ resources: { cores: 5 } }, 'quota.resources["cores"]'],
    [{ resources: { core: { kind: "tokenBucket", refillRate: 0 } } }, 'quota.resources["core"].refillRate'],
    [{ resources: { core: { kind: "concurrency", max: 1 } } }, 'quota.resources["core"]'],
    [{ resources: "core" }, "quota.resources"],
    [{ secondary: "yes" }, "quota.secondary"],
    [{ concurrent: 0 }, "quota.concurrent"],
    [{ marginMs: -1 }, "quota.marginMs"],
    [{ minuteMs: 10 }, "quota.minuteMs"],
    [null, "quota"],
  ])("that are wrong are told by name: %j", (options, option) => {
    expect(() => resolveQuota(options as never, {})).toThrow(ConfigError);
    expect(() => resolveQuota(options as never, {})).toThrow(expect.objectContaining({ option }) as Error);
  });

  it.each([
    ["GITHUB_RATE_LIMIT_TIER", "gold"],
    ["GITHUB_RATE_LIMIT_TOKENS", "0x10"],
    ["GITHUB_RATE_LIMIT_TOKENS", "many"],
    ["GITHUB_RATE_LIMIT_REFILL_RATE", "-1"],
  ])("that are wrong are told by the variable they came from: %s=%s", (option, value) => {
    expect(() => resolveQuota({}, { [option]: value })).toThrow(expect.objectContaining({ option, value }) as Error);
  });

  it("may be a function", () => {
    expect(isQuota(() => [])).toBe(true);
    expect(isQuota({})).toBe(false);
  });
});

it("the buckets of a client do not grow with what is asked of it", () => {
  const quota = quotaOf();
  expect(quota.secondary).toBeTypeOf("function");
  const names = Array.from({ length: 100 }, (_, n) => Object.keys(chargesOf(`GET /elsewhere/${n}`)).join());
  expect(new Set(names).size).toBe(1);
});
