import { describe, expect, it, onTestFinished } from "vitest";
import { createGitLabApi } from "../create-gitlab-api.js";
import type { GitLabFactoryOptions } from "../options.js";

let accounts = 0;

function limitsOf(options: GitLabFactoryOptions = {}) {
  accounts += 1;
  const gitlab = createGitLabApi(`account-${accounts}`, { token: "glpat-1", env: {}, ...options });
  onTestFinished(() => gitlab.close());
  return gitlab.limits();
}

describe("an explanation of a method of GitLab", () => {
  it.each([
    ["Projects.all", ["user", "GET /projects"]],
    ["Issues.create", ["user", "issueCreation"]],
    ["Pipelines.create", ["user", "pipelineCreation:{id}", "pipelineCreationPerUser"]],
    ["RepositoryFiles.show", ["user", "repositoryFilesApi:{id}/repository/files/{argument2}"]],
    ["Packages.all", ["user", "packageHosting"]],
    ["Branches.all", ["user"]],
  ])("finds the limits of the path that %s asks", (operation, buckets) => {
    const { limits } = limitsOf().explain(operation);
    expect(limits.map(({ bucket }) => bucket)).toEqual(buckets);
    for (const { source } of limits) expect(source?.url).toMatch(/^https:\/\//);
  });

  it("takes the method's arguments as a list", () => {
    const { limits } = limitsOf().explain("Pipelines.create", [7, "main"]);
    expect(limits.map(({ bucket }) => bucket)).toContain("pipelineCreation:7");
  });

  it.each([
    [{}, {}, { by: "default" }, "2000 requests in 60 s"],
    [
      { host: "https://git.example.com" },
      {},
      { by: "default" },
      "no limit until the instance's administrator sets one",
    ],
    [
      { host: "https://git.example.com", quota: { tier: "gitlab.com" } },
      {},
      { by: "tier", name: "quota.tier" },
      "2000 requests in 60 s",
    ],
    [{ quota: { perMinute: 60 } }, {}, { by: "option", name: "quota.perMinute", value: 60 }, null],
    [{}, { GITLAB_RATE_LIMIT_PER_MINUTE: "60" }, { by: "environment", name: "GITLAB_RATE_LIMIT_PER_MINUTE" }, null],
  ] as const)("with %j and %j says what decided about the user's limit", (options, env, setBy, published) => {
    expect(limitsOf({ ...options, env }).explain("Branches.all").limits[0]).toMatchObject({ setBy, published });
  });

  it("names an endpoint's limit that was set, and the SDK's own rateLimits", () => {
    const limits = limitsOf({ quota: { endpoints: { issueCreation: 5 } }, rateLimits: { "projects/*/issues": 3 } });
    expect(limits.explain("Issues.create").limits.map(({ bucket, setBy }) => [bucket, setBy.name])).toEqual([
      ["user", null],
      ["issueCreation", 'quota.endpoints["issueCreation"]'],
      ["rateLimits:projects/*/issues", 'rateLimits["projects/*/issues"]'],
    ]);
  });

  it("sends nothing, changes no resource and leaves no promise behind", async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on("unhandledRejection", note);
    const gitlab = createGitLabApi("quiet", { token: "glpat-1", env: {} });
    const before = JSON.stringify(gitlab.Jobs);
    const all = gitlab.limits().all();
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off("unhandledRejection", note);
    expect(all).toHaveLength(976);
    expect(unhandled).toEqual([]);
    expect(JSON.stringify(gitlab.Jobs)).toBe(before);
    expect((await gitlab.limits().inspect()).buckets).toEqual([]);
    await gitlab.close();
  });
});
