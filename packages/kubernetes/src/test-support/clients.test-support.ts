import { inspect } from "node:util";
import { KubeConfig } from "@kubernetes/client-node";
import type { Call, Hook } from "@sluice/core";
import { Registry } from "prom-client";
import { onTestFinished } from "vitest";
import { createKubernetesApi } from "../client/create-kubernetes-api.js";
import { KubernetesApi } from "../client/kubernetes-api.js";
import type { KubernetesApiOptions, KubernetesFactoryOptions } from "../client/options.js";

export const token = "kube-token-0123456789-abcdefghij";

let made = 0;

/** A cluster that no other test uses: its buckets are its own. */
export function newCluster(): string {
  made += 1;
  return `cluster-${made}`;
}

/** A kubeconfig for a local server, which speaks plain HTTP. */
export function kubeConfigFor(origin: string, user: object = { token }): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromOptions({
    clusters: [{ name: "local", server: origin, skipTLSVerify: true }],
    users: [{ name: "tester", ...user }],
    contexts: [{ name: "local", cluster: "local", user: "tester" }],
    currentContext: "local",
  });
  return kubeConfig;
}

/** A client of the factory, closed when the test ends. */
export function client(origin: string, options: KubernetesFactoryOptions = {}, cluster = newCluster()): KubernetesApi {
  const api = createKubernetesApi(cluster, {
    kubeConfig: kubeConfigFor(origin),
    env: {},
    registry: new Registry(),
    ...options,
  });
  onTestFinished(() => api.close());
  return api;
}

/** A client made plainly. */
export function plain(origin: string, options: KubernetesApiOptions = {}): KubernetesApi {
  return new KubernetesApi(newCluster(), kubeConfigFor(origin), { registry: new Registry(), ...options });
}

/** A hook of each stage that keeps the calls it sees. */
export function recorder(): { readonly hooks: readonly Hook[]; readonly calls: Call[]; readonly attempts: Call[] } {
  const calls: Call[] = [];
  const attempts: Call[] = [];
  const keep = (list: Call[]) => (call: Call) => void list.push(call);
  return {
    calls,
    attempts,
    hooks: [
      { name: "seen-call", stage: "call", before: keep(calls) },
      { name: "seen-attempt", before: keep(attempts) },
    ],
  };
}

/** The error a promise rejects with; one that resolves fails the test. */
export async function rejection(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error("the promise resolved");
}

/** Everything that a log could show of a value. */
export function shown(value: unknown): string {
  const parts = [inspect(value, { depth: 12, showHidden: true, maxStringLength: null, maxArrayLength: null })];
  if (value instanceof Error)
    parts.push(value.message, value.stack ?? "", JSON.stringify(value), shown(value.cause ?? ""));
  return parts.join("\n");
}
