import { BatchV1Api, KubeConfig } from "@kubernetes/client-node";
import { createKubernetesApi, KubernetesApi } from "@sluice/kubernetes";
import { startKubernetesSimulator } from "@sluice/simulators";
import Table from "cli-table3";
import { jobFor, runReports } from "./run-reports.js";

const reports = (count: number) => Array.from({ length: count }, (_, index) => `report-${index + 1}`);
const wanted = { "team-a": reports(8), "team-b": reports(5), "team-c": reports(5) };
const namespaces = Object.keys(wanted);
const cluster = (jobDurationMs: number) =>
  startKubernetesSimulator({
    namespaces,
    jobStartMs: 20,
    jobDurationMs,
    jobFails: (name, namespace) => namespace === "team-b" && name === "report-2",
  });
const configOf = (text: string): KubeConfig => {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(text);
  return kubeConfig;
};

// With places: four in the cluster, two in each namespace, counted over every process that names the same Redis.
await using orderly = await cluster(200);
await using kubernetes = createKubernetesApi("main", {
  kubeConfig: configOf(orderly.kubeConfig()),
  jobs: { maxActive: 4, maxPerNamespace: 2, minPollMs: 50 },
  // These jobs last a fifth of a second; real ones are looked at less often, and five requests a second will do.
  quota: { refillRate: 100, burst: 100 },
});
let ended = 0;
const results = await runReports(
  (job, options) => kubernetes.runJob(job, options),
  wanted,
  () => {
    ended += 1;
    if (ended % 6 === 0) console.error(`${ended} jobs ended`);
  },
);

// Without: every job is created at once, and all of them run.
await using crowded = await cluster(10_000);
const batch = new KubernetesApi("main", configOf(crowded.kubeConfig())).makeApiClient(BatchV1Api);
await Promise.all(
  Object.entries(wanted).flatMap(([namespace, names]) =>
    names.map((name) => batch.createNamespacedJob({ namespace, body: jobFor(name) })),
  ),
);

const style = { head: [], border: [] };
const teams = new Table({ head: ["team", "complete", "failed"], style });
for (const { team, complete, failed } of results) teams.push([team, complete, failed.join(", ") || "none"]);
console.log(teams.toString());

const places = new Table({ head: ["jobs at a time, at most", "created at once", "runJob"], style });
for (const namespace of namespaces)
  places.push([namespace, crowded.state.mostActiveJobs(namespace), orderly.state.mostActiveJobs(namespace)]);
places.push(["the cluster", crowded.state.mostActiveJobs(), orderly.state.mostActiveJobs()]);
console.log(places.toString());
