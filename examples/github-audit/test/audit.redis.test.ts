import { createGitHubApi } from "@sluice/github";
import { startGitHubSimulator } from "@sluice/simulators";
import { startRedisServer } from "@sluice/test/redis-server";
import { describe, expect, it } from "vitest";
import { promisedOutput, runExample } from "../../run-example.js";
import { audit } from "../src/audit.js";

describe("the audit of an organisation", { timeout: 60_000 }, () => {
  it("gets every answer through the factory and not all with the plain constructor, as its README says", async () => {
    const { stdout, stderr } = await runExample("github-audit");
    expect(stdout).toBe(await promisedOutput("github-audit"));
    expect(stderr).toContain("createGitHubApi: 40 repositories, 0 refusals");
  });

  it("prints the same with limits in Redis", async () => {
    await using redis = await startRedisServer();
    const { stdout } = await runExample("github-audit", { REDIS_URL: redis.url });
    expect(stdout).toBe(await promisedOutput("github-audit"));
  });

  it("takes a missing file for a finding, and a server that fails for no answer", async () => {
    await using simulator = await startGitHubSimulator({ repos: [{ name: "shop", issues: 6 }] });
    const sdk = { auth: "ghp_any", baseUrl: simulator.url, log: { debug() {}, info() {}, warn() {}, error() {} } };
    await using github = createGitHubApi("acme", { ...sdk, retry: false, env: {} });
    const whole = await audit(github, "acme", () => {});
    expect(whole).toEqual([
      { name: "shop", findings: ["no code owners", "no licence", "more than 5 issues open"], unanswered: 0 },
    ]);
    simulator.failNext({ method: "GET /search/issues", status: 502 });
    const [partly] = await audit(github, "acme", () => {});
    expect(partly).toEqual({ name: "shop", findings: ["no code owners", "no licence"], unanswered: 1 });
  });
});
