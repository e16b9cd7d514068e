import {
  type KubernetesSimulator,
  type KubernetesSimulatorOptions,
  startKubernetesSimulator,
} from "@sluice/simulators";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { watchStalls } from "@sluice/test/stalls";
import { afterAll, beforeAll, expect, it } from "vitest";
import { concurrency } from "@sluice/limiter";
import { partsOf } from "../client/parts-of.js";
import { newCluster } from "../test-support/clients.test-support.js";
import { asked, clientOf, forOneTest, jobNamed, quick } from "../test-support/jobs.test-support.js";

const startCluster = (options: KubernetesSimulatorOptions = {}): Promise<KubernetesSimulator> =>
  forOneTest(startKubernetesSimulator({ ...quick, ...options }));

let redis: RedisServer;
beforeAll(async () => void (redis = await startRedisServer()));
afterAll(() => redis.stop());

/** Names of one server, and policies: as far apart as processes, each with a store and a connection of its own. */
const elsewhere = () =>
  [redis.url, redis.url.replace("127.0.0.1", "localhost")].flatMap((url) => {
    // A Redis that stands still for a moment is not away.
    const where = { url, commandTimeoutMs: 10_000 };
    return [{ redis: where, onStoreError: "local" } as const, { redis: where, onStoreError: "closed" } as const];
  });

it("four clients never run more jobs at a time than are allowed, in the cluster and in each namespace", async () => {
  const cluster = await startCluster({ namespaces: ["a", "b"], jobDurationMs: 60 });
  const name = newCluster();
  const jobs = { maxActive: 5, maxPerNamespace: 3, leaseMs: 10_000 };
  const apis = elsewhere().map((where) => clientOf(cluster, { ...where, jobs }, name));
  const wanted = Array.from({ length: 40 }, (_, n) => [`job-${n}`, n % 2 === 0 ? "a" : "b"] as const);
  await Promise.all(wanted.map(([job, namespace], n) => apis[n % 4]?.runJob(jobNamed(job, namespace))));
  const { mostActiveJobs } = cluster.state;
  expect(asked(cluster, "POST")).toBe(40);
  expect(mostActiveJobs()).toBeLessThanOrEqual(5);
  expect(mostActiveJobs("a")).toBeLessThanOrEqual(3);
  expect(mostActiveJobs("b")).toBeLessThanOrEqual(3);
  // And the places are used.
  expect(mostActiveJobs()).toBeGreaterThanOrEqual(4);
});

it("a place of a process that is gone is free again after its lease", async () => {
  // Done as soon as it is created: a machine that stands still must not take the place of a job that runs.
  const cluster = await startCluster({ jobStartMs: 0, jobDurationMs: 0 });
  const name = newCluster();
  const [first, second] = elsewhere();
  const leaseMs = 700;
  const jobs = { maxActive: 1, leaseMs };
  const gone = partsOf(clientOf(cluster, { ...first, jobs }, name));
  using stalls = watchStalls();
  const startedMs = performance.now();
  // Taken, and neither renewed nor given back: as by a process that was killed.
  await gone.limiter?.().acquire([{ bucket: "jobs", limit: concurrency({ max: 1, leaseMs }) }]);
  await clientOf(cluster, { ...second, jobs }, name).runJob(jobNamed("a"));
  const tookMs = performance.now() - startedMs;
  expect(tookMs).toBeGreaterThan(leaseMs - 100);
  expect(tookMs - stalls.totalMs).toBeLessThan(leaseMs + 2000);
});
