import { describe, expect, it, onTestFinished } from "vitest";
import { createGitHubApi } from "../create-github-api.js";
import type { GitHubFactoryOptions } from "../options.js";

let accounts = 0;

function limitsOf(options: GitHubFactoryOptions = {}) {
  accounts += 1;
  const github = createGitHubApi(`account-${accounts}`, { auth: "ghp_1", env: {}, ...options, plugins: undefined });
  onTestFinished(() => github.close());
  return github.limits();
}

describe("an explanation of a request to GitHub", () => {
  it("names primary and secondary limits, and what it costs", () => {
    const { limits } = limitsOf().explain("issues.create");
    expect(limits.map(({ bucket, cost, published }) => [bucket, cost, published])).toEqual([
      ["core", 1, "5000 requests/hour"],
      ["points:rest", 5, "900 points/minute"],
      ["content", 1, "80 requests/minute"],
      ["content:hour", 1, "500 requests/hour"],
      ["in-flight", 1, "100 concurrent requests"],
    ]);
    for (const { source } of limits)
      expect(source?.url).toMatch(/^https:\/\/github\.com\/github\/docs\/blob\/[0-9a-f]{40}\//);
  });

  it.each([
    [{}, {}, { by: "default" }, "5000 requests/hour"],
    [
      { quota: { tier: "enterprise" } },
      {},
      { by: "tier", name: "quota.tier", value: "enterprise" },
      "15000 requests/hour",
    ],
    [{}, { GITHUB_RATE_LIMIT_TIER: "actions" }, { by: "tier", name: "GITHUB_RATE_LIMIT_TIER" }, "1000 requests/hour"],
    [{ auth: "ghs_1" }, {}, { by: "default" }, "5000 requests/hour"],
    [{ quota: { resources: { core: 50 } } }, {}, { by: "option", name: 'quota.resources["core"]', value: 50 }, null],
    [{}, { GITHUB_RATE_LIMIT_TOKENS: "9" }, { by: "environment", name: "GITHUB_RATE_LIMIT_TOKENS", value: "9" }, null],
  ] as const)("with %j and %j says what decided", (options, env, setBy, published) => {
    const [core] = limitsOf({ ...options, env } as GitHubFactoryOptions).explain("repos.get").limits;
    expect(core).toMatchObject({ bucket: "core", setBy, published });
  });

  it("knows GraphQL, and what its document does", () => {
    const limits = limitsOf();
    const buckets = (query: string) =>
      limits.explain("graphql", { query }).limits.map(({ bucket, cost }) => `${bucket} ${cost}`);
    expect(buckets("{ viewer { login } }")).toEqual(["graphql 1", "points:graphql 1", "in-flight 1"]);
    expect(buckets("mutation { addComment(input: {}) { id } }")).toContain("points:graphql 5");
  });

  it("of an Enterprise Server says that nothing holds until somebody sets it", () => {
    const { limits } = limitsOf({ baseUrl: "https://ghe.example.com/api/v3" }).explain("repos.get");
    expect(limits.map(({ bucket }) => bucket)).toEqual(["core@ghe.example.com", "points:rest@ghe.example.com"]);
    for (const { words } of limits) expect(words).toContain("no rate of its own");
  });

  it("knows all methods of the SDK by their names", () => {
    const github = createGitHubApi("names", { auth: "ghp_1", env: {} });
    onTestFinished(() => github.close());
    const limits = github.limits();
    for (const [scope, methods] of Object.entries(github.rest))
      for (const name of Object.keys(methods)) expect(limits.explain(`${scope}.${name}`).provider).toBe("github");
  });
});
