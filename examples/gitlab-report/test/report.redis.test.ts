import { createGitLabApi, GitLabApi } from "@sluice/gitlab";
import { startGitLabSimulator } from "@sluice/simulators";
import { startRedisServer } from "@sluice/test/redis-server";
import { describe, expect, it } from "vitest";
import { promisedOutput, runExample } from "../../run-example.js";
import { reportOnGroup } from "../src/report.js";

describe("the report on a group", { timeout: 60_000 }, () => {
  it("covers every project and is never refused, as its README says", async () => {
    const { stdout, stderr } = await runExample("gitlab-report");
    expect(stdout).toBe(await promisedOutput("gitlab-report"));
    expect(stderr).toContain("80 projects");
  });

  it("prints the same with limits in Redis", async () => {
    await using redis = await startRedisServer();
    const { stdout } = await runExample("gitlab-report", { REDIS_URL: redis.url });
    expect(stdout).toBe(await promisedOutput("gitlab-report"));
  });

  it("is refused with the plain constructor, which keeps no limit", async () => {
    // More than two minutes' notes: whenever a minute begins, some are too many.
    await using simulator = await startGitLabSimulator({ projects: 130, issues: 1 });
    const gitlab = new GitLabApi("report-bot", { token: "glpat-any", host: new URL(simulator.url).origin });
    await expect(reportOnGroup(gitlab, "acme", () => {})).rejects.toThrow();
    await expect.poll(() => simulator.ledger.throttled().length, { timeout: 10_000 }).toBeGreaterThanOrEqual(10);
  });

  it("leaves each project the line that is about it", async () => {
    await using simulator = await startGitLabSimulator({
      groups: [{ name: "acme", projects: [{ name: "shop", issues: 2, mergeRequests: 1, pipelines: 0 }] }],
    });
    const host = new URL(simulator.url).origin;
    await using gitlab = createGitLabApi("report-bot", { token: "glpat-any", host, env: {} });
    const reports = await reportOnGroup(gitlab, "acme", () => {});
    expect(reports).toEqual([{ name: "shop", issues: 2, mergeRequests: 1, lastPipeline: "never ran" }]);
    const [project] = simulator.state.projects.values();
    expect(project?.issues.get(1)?.notes.map(({ body }) => body)).toEqual([
      "This week: 2 issues and 1 merge requests open, last pipeline: never ran",
    ]);
  });
});
