// #region legacy
import { CoreV1Api } from "@kubernetes/client-node";
import { KubernetesApi } from "@sluice/kubernetes";

const kubernetes = new KubernetesApi("main"); // or with a KubeConfig of your own
await kubernetes.makeApiClient(CoreV1Api).listNamespacedPod({ namespace: "default" });
// #endregion
