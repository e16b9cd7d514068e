import { CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import { createKubernetesApi, type KubernetesFactoryOptions } from "@sluice/kubernetes";

/** How many maps are made, with the SDK alone. */
export async function before(kubeConfig: KubeConfig, names: readonly string[]): Promise<number> {
  // #region before
  const core = kubeConfig.makeApiClient(CoreV1Api);
  const answers = await Promise.allSettled(
    names.map((name) => core.createNamespacedConfigMap({ namespace: "default", body: { metadata: { name } } })),
  );
  // #endregion
  return answers.filter(({ status }) => status === "fulfilled").length;
}

/** The same with ours. */
export async function after(
  kubeConfig: KubeConfig,
  names: readonly string[],
  options: KubernetesFactoryOptions,
): Promise<number> {
  // #region after
  const kubernetes = createKubernetesApi("main", { ...options, kubeConfig });
  const core = kubernetes.makeApiClient(CoreV1Api);
  const answers = await Promise.allSettled(
    names.map((name) => core.createNamespacedConfigMap({ namespace: "default", body: { metadata: { name } } })),
  );
  await kubernetes.close();
  // #endregion
  return answers.filter(({ status }) => status === "fulfilled").length;
}
