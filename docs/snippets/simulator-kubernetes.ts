// #region simulator
import { KubeConfig } from "@kubernetes/client-node";
import { createKubernetesApi } from "@sluice/kubernetes";
import { startKubernetesSimulator } from "@sluice/simulators";

await using simulator = await startKubernetesSimulator({ jobDurationMs: 500, pods: 3 });
const kubeConfig = new KubeConfig();
kubeConfig.loadFromString(simulator.kubeConfig());

await using kubernetes = createKubernetesApi("main", { kubeConfig });
await kubernetes.runJob({ metadata: { name: "report" } });
console.log(simulator.state.mostActiveJobs(), simulator.ledger.throttled().length);
// #endregion
