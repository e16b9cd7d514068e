import { ApiException, BatchV1Api } from "@kubernetes/client-node";
import { withCallOptions, withCaller } from "@sluice/core";
import { BackingOffError } from "@sluice/limiter";
import {
  type KubernetesSimulator,
  type KubernetesSimulatorOptions,
  manualClock,
  startKubernetesSimulator,
} from "@sluice/simulators";
import { describe, expect, it } from "vitest";
import { createJobRunner, JobFailedError } from "../index.js";
import { recorder, rejection } from "../test-support/clients.test-support.js";
import { asked, clientOf, endOf, forOneTest, jobNamed, quick } from "../test-support/jobs.test-support.js";

const startCluster = (options: KubernetesSimulatorOptions = {}): Promise<KubernetesSimulator> =>
  forOneTest(startKubernetesSimulator({ ...quick, ...options }));

describe("a job", () => {
  it("is created, and given back when it is complete", async () => {
    const cluster = await startCluster();
    const done = await clientOf(cluster).runJob(jobNamed("a"));
    expect(done).toMatchObject({ metadata: { name: "a", namespace: "default" }, status: { succeeded: 1 } });
    expect(asked(cluster, "POST")).toBe(1);
    expect(cluster.state.activeJobs()).toBe(0);
  });

  it("runs in the namespace that is said, else in its own, else in that of the context", async () => {
    const cluster = await startCluster({ namespaces: ["default", "own", "said"] });
    const api = clientOf(cluster);
    await api.runJob(jobNamed("a", "own"), { namespace: "said" });
    await api.runJob(jobNamed("b", "own"));
    await api.runJob(jobNamed("c"));
    const places = cluster.state.objects("jobs").map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    expect(places).toEqual(["default/c", "own/b", "said/a"]);
  });

  it("with a generateName gets a name before it is sent", async () => {
    const cluster = await startCluster();
    const api = clientOf(cluster);
    const job = { ...jobNamed(""), metadata: { generateName: "nightly-" } };
    const names = (await Promise.all([api.runJob(job), api.runJob(job)])).map(({ metadata }) => metadata?.name ?? "");
    for (const name of names) expect(name).toMatch(/^nightly-[a-z0-9]{5}$/);
    expect(new Set(names).size).toBe(2);
    expect(job.metadata).toEqual({ generateName: "nightly-" });
  });

  it("without a name is refused before anything is sent", async () => {
    const cluster = await startCluster();
    expect(await rejection(clientOf(cluster).runJob({}))).toMatchObject({ code: "CONFIG_INVALID" });
    expect(cluster.ledger.entries()).toEqual([]);
  });

  it("that the server refuses rejects with the SDK's own error", async () => {
    const cluster = await startCluster();
    const error = await rejection(clientOf(cluster).runJob(jobNamed("a", "nowhere")));
    expect(error).toBeInstanceOf(ApiException);
    expect(error).toMatchObject({ code: 404 });
  });

  it("is looked at ever less often while it gets older", async () => {
    const cluster = await startCluster({ jobDurationMs: 600 });
    await clientOf(cluster, { jobs: { minPollMs: 20, maxPollMs: 10_000 } }).runJob(jobNamed("a"));
    const looks = cluster.ledger.entries().filter(({ method }) => method.startsWith("GET "));
    expect(looks.length).toBeLessThan(16);
    // After a quarter of its age, less a tenth; a machine that stands still now and then makes it no less.
    for (const [index, { atMs }] of looks.slice(1).entries()) {
      const beforeMs = looks[index]?.atMs ?? 0;
      expect(atMs - beforeMs).toBeGreaterThan(0.22 * (beforeMs - (looks[0]?.atMs ?? 0)) - 2);
    }
  });

  it("is followed on when looking at it fails for a while", async () => {
    const cluster = await startCluster();
    cluster.failNext({ method: "GET /apis/batch/v1/namespaces/{namespace}/jobs/{name}", times: 3, status: 500 });
    const done = await clientOf(cluster, { retry: false }).runJob(jobNamed("a"));
    expect(done.status?.succeeded).toBe(1);
  });

  it("that somebody deletes rejects with a 404", async () => {
    const cluster = await startCluster({ jobDurationMs: 5000 });
    const api = clientOf(cluster);
    const failed = rejection(api.runJob(jobNamed("a")));
    await expect.poll(() => cluster.state.activeJobs(), { timeout: 10_000 }).toBe(1);
    await api.client(BatchV1Api).deleteNamespacedJob({ name: "a", namespace: "default" });
    expect(await failed).toMatchObject({ code: 404 });
  });
});

describe("creating it twice", () => {
  it("does no harm: a creation whose answer was lost is made again, and the job known by its mark", async () => {
    const cluster = await startCluster();
    cluster.failNext({
      method: "POST /apis/batch/v1/namespaces/{namespace}/jobs",
      action: "drop",
      processed: true,
    });
    const done = await clientOf(cluster, { retry: { baseMs: 0 } }).runJob(jobNamed("a"));
    expect(done.status?.succeeded).toBe(1);
    expect(cluster.state.mostActiveJobs()).toBe(1);
    expect(asked(cluster, "POST")).toBe(2);
  });

  it("finds the job also when nothing may be repeated", async () => {
    const cluster = await startCluster();
    cluster.failNext({ method: "POST /apis/batch/v1/namespaces/{namespace}/jobs", status: 500, processed: true });
    const done = await clientOf(cluster, { retry: false }).runJob(jobNamed("a"));
    expect(done.status?.succeeded).toBe(1);
    expect(asked(cluster, "POST")).toBe(1);
  });

  it("of somebody else's job under the same name is a conflict", async () => {
    const clock = manualClock();
    const cluster = await startCluster({ clock });
    const api = clientOf(cluster);
    const first = api.runJob(jobNamed("a"));
    await expect.poll(() => cluster.state.activeJobs(), { timeout: 10_000 }).toBe(1);
    expect(await rejection(api.runJob(jobNamed("a")))).toMatchObject({ code: 409 });
    await endOf(first, clock);
  });
});

describe("a job that fails", () => {
  it("rejects with the reason, and is not tried again for five minutes", async () => {
    const cluster = await startCluster({ jobFails: (name) => name.startsWith("bad") });
    const api = clientOf(cluster);
    const error = await rejection(api.runJob(jobNamed("bad")));
    expect(error).toBeInstanceOf(JobFailedError);
    expect(error).toMatchObject({ code: "JOB_FAILED", namespace: "default", reason: "BackoffLimitExceeded" });
    expect(error.message).toMatch(/^Job default\/bad failed \(BackoffLimitExceeded: /);

    const later = await rejection(api.runJob(jobNamed("bad")));
    expect(later).toBeInstanceOf(BackingOffError);
    expect(later["retryAfterMs"]).toBeGreaterThan(280_000);
    expect(later["retryAfterMs"]).toBeLessThanOrEqual(300_000);
    expect(later.message).toMatch(/^default\/bad failed 1 times in a row; retry after \d+ ms$/);
    expect(asked(cluster, "POST")).toBe(1);
    await api.runJob(jobNamed("good"));
  });

  it("is remembered under its generateName", async () => {
    const cluster = await startCluster({ jobFails: () => true });
    const api = clientOf(cluster);
    const job = { ...jobNamed(""), metadata: { generateName: "bad-" } };
    await rejection(api.runJob(job));
    expect(await rejection(api.runJob(job))).toBeInstanceOf(BackingOffError);
  });

  it("may be tried again at once where that is asked for", async () => {
    const cluster = await startCluster({ jobFails: () => true });
    const api = clientOf(cluster, { jobs: { backoffMs: 0 } });
    await rejection(api.runJob(jobNamed("bad-1")));
    expect(await rejection(api.runJob({ metadata: { name: "bad-2" } }))).toBeInstanceOf(JobFailedError);
  });

  it("only failing counts: an abort and a refusal do not", async () => {
    const cluster = await startCluster({ jobDurationMs: 5000 });
    const api = clientOf(cluster);
    const controller = new AbortController();
    const failed = rejection(api.runJob(jobNamed("a"), { signal: controller.signal, deleteOnAbort: true }));
    await expect.poll(() => cluster.state.activeJobs(), { timeout: 10_000 }).toBe(1);
    controller.abort(new Error("enough"));
    await failed;
    const second = new AbortController();
    const again = rejection(api.runJob(jobNamed("a"), { signal: second.signal, deleteOnAbort: true }));
    await expect.poll(() => cluster.state.activeJobs(), { timeout: 10_000 }).toBe(1);
    second.abort("done");
    expect(await again).toBe("done");
  });
});

it("looking at jobs keeps to the rate, and is done on behalf of the caller", async () => {
  const cluster = await startCluster();
  const seen = recorder();
  const api = clientOf(cluster, { quota: { refillRate: 20, burst: 1 }, hooks: seen.hooks });
  const startedMs = performance.now();
  await withCaller({ tenant: "t" }, () => api.as({ namespace: "team-a" }).runJob(jobNamed("a")));
  const attempts = seen.attempts.length;
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual((attempts - 1) * 50 - 5);
  for (const { caller } of seen.attempts) expect(caller).toEqual({ tenant: "t", namespace: "team-a" });
});

it("a signal by withCallOptions ends the wait too", async () => {
  const cluster = await startCluster({ jobDurationMs: 5000 });
  const api = clientOf(cluster);
  const controller = new AbortController();
  const failed = withCallOptions({ signal: controller.signal }, () => rejection(api.runJob(jobNamed("a"))));
  await expect.poll(() => cluster.state.activeJobs(), { timeout: 10_000 }).toBe(1);
  const reason = new Error("enough");
  controller.abort(reason);
  expect(await failed).toBe(reason);
  await api.close();
});

it("a runner of its own has limits of its own, and tells how many run and wait", async () => {
  const clock = manualClock();
  const cluster = await startCluster({ clock });
  const runner = createJobRunner(clientOf(cluster), { maxActive: 1, minPollMs: 20 });
  const both = Promise.all([runner.run(jobNamed("a")), runner.run(jobNamed("b"))]);
  await expect.poll(() => [runner.active, runner.waiting], { timeout: 10_000 }).toEqual([1, 1]);
  await endOf(both, clock);
  expect([runner.active, runner.waiting, cluster.state.mostActiveJobs()]).toEqual([0, 0, 1]);
});
