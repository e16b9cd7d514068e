import { ApiException, BatchV1Api, CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { onTestFinished } from "vitest";
import type { KubernetesSimulatorOptions } from "./options.js";
import { type KubernetesSimulator, startKubernetesSimulator } from "./start-kubernetes-simulator.js";

/** A simulator of one test, and the official client to drive it with. */
export interface Bench {
  readonly simulator: KubernetesSimulator;
  readonly kubeConfig: KubeConfig;
  readonly core: CoreV1Api;
  readonly batch: BatchV1Api;
  /** The client with another token. */
  coreFor(token: string): CoreV1Api;
}

/** Starts a simulator that is closed when the test ends. */
export async function bench(options: KubernetesSimulatorOptions = {}): Promise<Bench> {
  const simulator = await startKubernetesSimulator(options);
  onTestFinished(() => simulator.close());
  const load = (token?: string): KubeConfig => {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromString(simulator.kubeConfig(token));
    return kubeConfig;
  };
  const kubeConfig = load();
  return {
    simulator,
    kubeConfig,
    core: kubeConfig.makeApiClient(CoreV1Api),
    batch: kubeConfig.makeApiClient(BatchV1Api),
    coreFor: (token) => load(token).makeApiClient(CoreV1Api),
  };
}

/** The failure of a call; one that succeeds fails the test. */
export async function failureOf(
  call: Promise<unknown>,
): Promise<{ readonly code: number; readonly reason: unknown; readonly headers: Readonly<Record<string, string>> }> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof ApiException)) throw error;
    const body: unknown = typeof error.body === "string" ? safeParse(error.body) : error.body;
    return { code: error.code, reason: (body as { reason?: unknown } | undefined)?.reason, headers: error.headers };
  }
  throw new Error("the call succeeded");
}

function safeParse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return { reason: text };
  }
}
