// #region service
import { CoreV1Api } from "@kubernetes/client-node";
import { createKubernetesApi } from "@sluice/kubernetes";

// Cluster and credentials from KUBECONFIG_MAIN, else as the SDK finds them; limits shared through REDIS_URL.
const kubernetes = createKubernetesApi("main");
const core = kubernetes.client(CoreV1Api); // the SDK's own class

const { items } = await core.listNamespacedPod({ namespace: "default", limit: 500 });
for (const { metadata } of items) console.log(metadata?.name);
await kubernetes.close();
// #endregion
