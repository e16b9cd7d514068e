import {
  type KubernetesSimulator,
  type KubernetesSimulatorOptions,
  startKubernetesSimulator,
} from "@sluice/simulators";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
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
const elsewhere = (): { readonly redis: string; readonly onStoreError: "local" | "closed" }[] =>
  [redis.url, redis.url.replace("127.0.0.1", "localhost")].flatMap((url) => [
    { redis: url, onStoreError: "local" },
    { redis: url, onStoreError: "closed" },
  ]);

it("four clients never run more jobs at a time than are allowed, in the cluster and in each namespace", async () => {
  const cluster = await startCluster({ namespaces: ["a", "b"], jobDurationMs: 60 });
  const name = newCluster();
  const jobs = { maxActive: 5, maxPerNamespace: 3, leaseMs: 2000 };
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
  const cluster = await startCluster({ jobDurationMs: 50 });
  const name = newCluster();
  const [first, second] = elsewhere();
  const jobs = { maxActive: 1, leaseMs: 400 };
  const gone = partsOf(clientOf(cluster, { ...first, jobs }, name));
  // Taken, and neither renewed nor given back: as by a process that was killed.
  await gone.limiter?.().acquire([{ bucket: "jobs", limit: concurrency({ max: 1, leaseMs: 400 }) }]);
  const startedMs = performance.now();
  await clientOf(cluster, { ...second, jobs }, name).runJob(jobNamed("a"));
  const tookMs = performance.now() - startedMs;
  expect(tookMs).toBeGreaterThan(300);
  expect(tookMs).toBeLessThan(400 + 1000 + 500);
});
