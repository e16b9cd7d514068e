import { KubeConfig, type V1Job } from "@kubernetes/client-node";
import { onTestFinished } from "vitest";
import type { KubernetesApi } from "../client/kubernetes-api.js";
import type { KubernetesFactoryOptions } from "../client/options.js";
import { client, newCluster } from "./clients.test-support.js";

/** What is needed of a simulated cluster. */
interface Cluster {
  readonly url: string;
  kubeConfig(): string;
  close(): Promise<void>;
  readonly ledger: { entries(): readonly { readonly method: string }[] };
}

/** On it jobs take a part of a second. */
export const quick = { jobStartMs: 10, jobDurationMs: 100 } as const;

/** The cluster, for the time of one test. */
export async function forOneTest<Started extends Cluster>(starting: Promise<Started>): Promise<Started> {
  const cluster = await starting;
  onTestFinished(() => cluster.close());
  return cluster;
}

/** What comes of that, while time passes on a cluster whose clock moves only when told. */
export function endOf<Value>(
  outcome: Promise<Value>,
  clock: { readonly advance: (byMs: number) => void },
): Promise<Value> {
  const passing = setInterval(() => clock.advance(quick.jobDurationMs), 20);
  return outcome.finally(() => clearInterval(passing));
}

/** A client of that cluster that looks at its jobs often, at a rate that is no matter. */
export function clientOf(cluster: Cluster, options: KubernetesFactoryOptions = {}, name = newCluster()): KubernetesApi {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(cluster.kubeConfig());
  const { jobs, ...others } = options;
  return client(
    cluster.url,
    { kubeConfig, quota: () => [], ...others, jobs: { minPollMs: 20, maxPollMs: 40, ...jobs } },
    name,
  );
}

export function jobNamed(name: string, namespace?: string): V1Job {
  return {
    metadata: { name, ...(namespace !== undefined && { namespace }) },
    spec: { template: { spec: { containers: [{ name: "work", image: "busybox" }], restartPolicy: "Never" } } },
  };
}

/** How often a verb was asked of the jobs. */
export function asked({ ledger }: Cluster, verb: string): number {
  return ledger.entries().filter(({ method }) => method.startsWith(`${verb} /apis/batch/v1`)).length;
}
