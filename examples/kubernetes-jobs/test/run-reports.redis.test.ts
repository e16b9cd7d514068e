import { KubeConfig } from "@kubernetes/client-node";
import { createKubernetesApi } from "@sluice/kubernetes";
import { startKubernetesSimulator } from "@sluice/simulators";
import { startRedisServer } from "@sluice/test/redis-server";
import { describe, expect, it } from "vitest";
import { promisedOutput, runExample } from "../../run-example.js";
import { runReports } from "../src/run-reports.js";

describe("the runner of jobs", { timeout: 60_000 }, () => {
  it("runs no more at a time than there are places, as its README says", async () => {
    const { stdout, stderr } = await runExample("kubernetes-jobs");
    expect(stdout).toBe(await promisedOutput("kubernetes-jobs"));
    expect(stderr).toContain("18 jobs ended");
  });

  it("prints the same with places in Redis", async () => {
    await using redis = await startRedisServer();
    const { stdout } = await runExample("kubernetes-jobs", { REDIS_URL: redis.url });
    expect(stdout).toBe(await promisedOutput("kubernetes-jobs"));
  });

  it("shares the places with another client of the same Redis", async () => {
    await using redis = await startRedisServer();
    const namespaces = ["team-a", "team-b"];
    await using simulator = await startKubernetesSimulator({ namespaces, jobStartMs: 10, jobDurationMs: 150 });
    const connect = () => {
      const kubeConfig = new KubeConfig();
      kubeConfig.loadFromString(simulator.kubeConfig());
      return createKubernetesApi("main", {
        kubeConfig,
        redis: { url: redis.url, commandTimeoutMs: 5000 },
        jobs: { maxActive: 2, minPollMs: 30 },
        quota: { refillRate: 100, burst: 100 },
        env: {},
      });
    };
    await using one = connect();
    await using two = connect();
    const reports = ["daily", "weekly", "monthly"];
    const results = await Promise.all([
      runReports(
        (job, options) => one.runJob(job, options),
        { "team-a": reports },
        () => {},
      ),
      runReports(
        (job, options) => two.runJob(job, options),
        { "team-b": reports },
        () => {},
      ),
    ]);
    expect(results.flat()).toEqual(namespaces.map((team) => ({ team, complete: 3, failed: [] })));
    expect(simulator.state.mostActiveJobs()).toBe(2);
  });

  it("hides no error but a job's own", async () => {
    const away = () => Promise.reject(new Error("no such cluster"));
    await expect(runReports(away, { "team-a": ["daily"] }, () => {})).rejects.toThrow("no such cluster");
  });
});
