// #region imports
import { ApiException, CoreV1Api } from "@kubernetes/client-node";
import { LimitExceededError } from "@sluice/core";
import { KubernetesApi } from "@sluice/kubernetes";
// #endregion

/** Counts the pods of a namespace. */
export async function measured(): Promise<number> {
  // #region plain
  const kubernetes = new KubernetesApi("main"); // or with a KubeConfig of your own
  const { items } = await kubernetes.makeApiClient(CoreV1Api).listNamespacedPod({ namespace: "default" });
  // #endregion
  return items.length;
}

/** Counts pods, and says in words when it cannot. */
// #region errors
export async function pods(kubernetes: KubernetesApi, namespace: string): Promise<string> {
  try {
    const { items } = await kubernetes.makeApiClient(CoreV1Api).listNamespacedPod({ namespace });
    return `${items.length} pods`;
  } catch (error) {
    // Ours: the wait would outlast timeoutMs, and nothing was sent.
    if (error instanceof LimitExceededError) return `not sent, there is room in ${Math.ceil(error.retryAfterMs)} ms`;
    // The SDK's: the server answered with an error.
    if (error instanceof ApiException) return `refused with ${error.code}`;
    throw error;
  }
}
// #endregion
