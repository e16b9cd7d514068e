import { withCallOptions } from "@sluice/core";
import { LimitExceededError } from "@sluice/core";
import { QueueFullError } from "@sluice/limiter";
import {
  type KubernetesSimulator,
  type KubernetesSimulatorOptions,
  manualClock,
  startKubernetesSimulator,
} from "@sluice/simulators";
import { describe, expect, it } from "vitest";
import { newCluster, rejection } from "../test-support/clients.test-support.js";
import { asked, clientOf, endOf, forOneTest, jobNamed, quick } from "../test-support/jobs.test-support.js";

const startCluster = (options: KubernetesSimulatorOptions = {}): Promise<KubernetesSimulator> =>
  forOneTest(startKubernetesSimulator({ ...quick, ...options }));

/** No job on it ends before it is told to, however long the test takes to look. */
const startStill = async (options: KubernetesSimulatorOptions = {}) => {
  const clock = manualClock();
  return { clock, cluster: await startCluster({ ...options, clock }) };
};

const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `job-${n}`);

describe("jobs at a time", () => {
  it("are ten, unless said otherwise", async () => {
    const { cluster, clock } = await startStill();
    const api = clientOf(cluster);
    const all = Promise.all(names(14).map((name) => api.runJob(jobNamed(name))));
    await expect.poll(() => cluster.state.activeJobs(), { timeout: 10_000 }).toBe(10);
    await endOf(all, clock);
    expect(cluster.state.mostActiveJobs()).toBe(10);
    expect(asked(cluster, "POST")).toBe(14);
  });

  it("are as many as KUBERNETES_MAX_CONCURRENT_JOBS says, and the option beats it", async () => {
    for (const [jobs, most] of [
      [{}, 2],
      [{ maxActive: 3 }, 3],
    ] as const) {
      const cluster = await startCluster();
      const api = clientOf(cluster, { env: { KUBERNETES_MAX_CONCURRENT_JOBS: "2" }, jobs });
      await Promise.all(names(6).map((name) => api.runJob(jobNamed(name))));
      expect(cluster.state.mostActiveJobs()).toBe(most);
    }
  });

  it("are counted in each namespace too, and a full namespace does not hold up the others", async () => {
    const { cluster, clock } = await startStill({ namespaces: ["a", "b"] });
    const api = clientOf(cluster, { jobs: { maxActive: 4, maxPerNamespace: 1 } });
    const order: string[] = [];
    const run = async (name: string, namespace: string): Promise<void> => {
      await api.runJob(jobNamed(name, namespace));
      order.push(`${namespace}/${name}`);
    };
    const all = Promise.all([run("one", "a"), run("two", "a"), run("three", "a"), run("one", "b")]);
    const { activeJobs, mostActiveJobs } = cluster.state;
    await expect.poll(() => [activeJobs("a"), activeJobs("b")], { timeout: 10_000 }).toEqual([1, 1]);
    clock.advance(1000);
    await expect.poll(() => order.length, { timeout: 10_000 }).toBe(2);
    expect(order).toContain("b/one");
    await endOf(all, clock);
    expect([mostActiveJobs("a"), mostActiveJobs("b"), mostActiveJobs()]).toEqual([1, 1, 2]);
  });

  it("are shared by the clients of one cluster, and by those that act for somebody", async () => {
    const cluster = await startCluster();
    const name = newCluster();
    const [one, two] = [
      clientOf(cluster, { jobs: { maxActive: 2 } }, name),
      clientOf(cluster, { jobs: { maxActive: 2 } }, name),
    ];
    const apis = [one, two, one.as({ user: "jane" })];
    await Promise.all(names(6).map((job, n) => apis[n % 3]?.runJob(jobNamed(job))));
    expect(cluster.state.mostActiveJobs()).toBe(2);
  });

  it("are not limited where the mode is not to enforce", async () => {
    const { cluster, clock } = await startStill();
    const api = clientOf(cluster, { mode: "shadow", jobs: { maxActive: 1 } });
    const all = Promise.all(names(4).map((name) => api.runJob(jobNamed(name))));
    await expect.poll(() => cluster.state.activeJobs(), { timeout: 10_000 }).toBe(4);
    await endOf(all, clock);
  });
});

describe("without a place", () => {
  it("a job is refused at once under `reject`, saying which limit it was", async () => {
    const { cluster, clock } = await startStill();
    const api = clientOf(cluster, { jobs: { maxActive: 1, strategy: "reject" } });
    const first = api.runJob(jobNamed("a"));
    await expect.poll(() => cluster.state.activeJobs(), { timeout: 10_000 }).toBe(1);
    const error = await rejection(api.runJob(jobNamed("b")));
    expect(error).toBeInstanceOf(LimitExceededError);
    expect(error).toMatchObject({ code: "LIMIT_EXCEEDED", provider: "kubernetes", account: api.cluster });
    expect(error.message).toContain("concurrent job limit reached");
    await endOf(first, clock);
    await endOf(api.runJob(jobNamed("b")), clock);
  });

  it("a job is refused when as many wait as may", async () => {
    const { cluster, clock } = await startStill();
    const api = clientOf(cluster, { jobs: { maxActive: 1, maxWaiting: 1 } });
    const first = api.runJob(jobNamed("a"));
    await expect.poll(() => cluster.state.activeJobs(), { timeout: 10_000 }).toBe(1);
    const second = api.runJob(jobNamed("b"));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const error = await rejection(api.runJob(jobNamed("c")));
    expect(error).toBeInstanceOf(QueueFullError);
    expect(error).toMatchObject({ code: "QUEUE_FULL", maxWaiting: 1 });
    expect(error.message).toContain("concurrent job limit reached");
    await endOf(Promise.all([first, second]), clock);
  });

  it("a job waits as long as it is told to, and no longer", async () => {
    const { cluster, clock } = await startStill();
    const api = clientOf(cluster, { jobs: { maxActive: 1 } });
    const first = api.runJob(jobNamed("a"));
    await expect.poll(() => cluster.state.activeJobs(), { timeout: 10_000 }).toBe(1);
    const error = await rejection(api.runJob(jobNamed("b"), { waitMs: 50 }));
    expect(error).toMatchObject({ code: "LIMIT_EXCEEDED" });
    expect(error.message).toContain("concurrent job limit reached");
    await endOf(first, clock);
  });

  it("an abort ends the wait with its own reason, and nothing is created", async () => {
    const { cluster, clock } = await startStill();
    const api = clientOf(cluster, { jobs: { maxActive: 1 } });
    const first = api.runJob(jobNamed("a"));
    await expect.poll(() => cluster.state.activeJobs(), { timeout: 10_000 }).toBe(1);
    const controller = new AbortController();
    const failed = rejection(api.runJob(jobNamed("b"), { signal: controller.signal }));
    const reason = new Error("enough");
    controller.abort(reason);
    expect(await failed).toBe(reason);
    await endOf(first, clock);
    expect(cluster.state.objects("jobs")).toHaveLength(1);
  });

  it("who has the higher priority goes first", async () => {
    const { cluster, clock } = await startStill();
    const api = clientOf(cluster, { jobs: { maxActive: 1 } });
    const order: string[] = [];
    const run = (name: string, priority: number): Promise<void> =>
      api.runJob(jobNamed(name), { priority }).then(() => void order.push(name));
    const first = run("first", 0);
    await expect.poll(() => cluster.state.activeJobs(), { timeout: 10_000 }).toBe(1);
    await endOf(Promise.all([first, run("low", 0), run("high", 5)]), clock);
    expect(order).toEqual(["first", "high", "low"]);
  });
});

describe("an abort while the job runs", () => {
  const start = async (options: { readonly deleteOnAbort?: boolean | "Foreground" }) => {
    const { cluster, clock } = await startStill();
    const api = clientOf(cluster, { jobs: { maxActive: 1 } });
    const controller = new AbortController();
    const failed = rejection(api.runJob(jobNamed("a"), { signal: controller.signal, ...options }));
    await expect.poll(() => cluster.state.activeJobs(), { timeout: 10_000 }).toBe(1);
    clock.advance(50);
    controller.abort(new Error("enough"));
    return { cluster, clock, api, error: await failed };
  };

  it("deletes it where that is asked for, and its place is free at once", async () => {
    const { cluster, clock, api, error } = await start({ deleteOnAbort: true });
    expect(error.message).toBe("enough");
    expect(cluster.state.activeJobs()).toBe(0);
    await endOf(api.runJob(jobNamed("b")), clock);
    expect(cluster.state.mostActiveJobs()).toBe(1);
  });

  it("deletes it, or waits for its end, also where the signal is of its surroundings, whose time may be short too", async () => {
    const { cluster, clock } = await startStill();
    const api = clientOf(cluster, { jobs: { maxActive: 1 } });
    for (const [name, deleteOnAbort] of [
      ["a", true],
      ["b", false],
    ] as const) {
      const controller = new AbortController();
      const failed = withCallOptions({ signal: controller.signal, timeoutMs: 5000 }, () =>
        rejection(api.runJob(jobNamed(name), { deleteOnAbort })),
      );
      await expect.poll(() => cluster.state.activeJobs(), { timeout: 10_000 }).toBe(1);
      clock.advance(50);
      controller.abort(new Error("enough"));
      expect((await failed).message).toBe("enough");
      expect(cluster.state.activeJobs()).toBe(deleteOnAbort ? 0 : 1);
    }
    const next = api.runJob(jobNamed("c"));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(asked(cluster, "POST")).toBe(2);
    await endOf(next, clock);
    expect(cluster.state.mostActiveJobs()).toBe(1);
  });

  it("deletes it by the policy that is named", async () => {
    const { cluster } = await start({ deleteOnAbort: "Foreground" });
    expect(asked(cluster, "DELETE")).toBe(1);
  });

  it("leaves it running otherwise, and its place is taken until it has ended", async () => {
    const { cluster, clock, api, error } = await start({});
    expect(error.message).toBe("enough");
    expect(cluster.state.activeJobs()).toBe(1);
    const next = api.runJob(jobNamed("b"));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(asked(cluster, "POST")).toBe(1);
    await endOf(next, clock);
    expect([cluster.state.mostActiveJobs(), asked(cluster, "DELETE")]).toEqual([1, 0]);
  });
});
