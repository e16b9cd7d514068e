// #region options
import { KubeConfig } from "@kubernetes/client-node";
import { createKubernetesApi } from "@sluice/kubernetes";

const kubeConfig = new KubeConfig();
kubeConfig.loadFromDefault();

const kubernetes = createKubernetesApi("main", {
  kubeConfig, // or nothing: it is then found and read on first use
  context: "staging", // in place of the current one
  quota: { refillRate: 20, burst: 40 }, // all processes together
  redis: process.env["REDIS_URL"], // else limits are those of this process
  timeoutMs: 60_000, // one budget for waits, attempts and retries
  hooks: [{ name: "audit", after: (call, { status, waitedMs }) => console.log(call.operation, status, waitedMs) }],
});
// #endregion

// #region caller
import { CoreV1Api } from "@kubernetes/client-node";
import { withCaller, withCallOptions } from "@sluice/core";

// On whose behalf: by the surroundings, or by a client of its own.
const core = kubernetes.client(CoreV1Api);
await withCaller({ namespace: "team-a" }, () => core.listNamespacedPod({ namespace: "team-a" }));
await kubernetes.as({ namespace: "team-b" }).client(CoreV1Api).listNamespacedPod({ namespace: "team-b" });

// Abort while waiting or in flight; the call rejects with this very reason.
const controller = new AbortController();
await withCallOptions({ signal: controller.signal, priority: 5 }, () =>
  core.listNamespacedPod({ namespace: "default" }),
);
// #endregion
await kubernetes.close();
