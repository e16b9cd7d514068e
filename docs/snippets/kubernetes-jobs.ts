// #region jobs
import { createKubernetesApi } from "@sluice/kubernetes";

const kubernetes = createKubernetesApi("main", { jobs: { maxActive: 10, maxPerNamespace: 3 } });

const done = await kubernetes.runJob({
  metadata: { generateName: "report-", namespace: "team-a" },
  spec: {
    backoffLimit: 0,
    template: {
      spec: { restartPolicy: "Never", containers: [{ name: "report", image: "registry.example/report:1" }] },
    },
  },
});
console.log(done.metadata?.name, done.status?.completionTime);
// #endregion

// #region runner
import { createJobRunner } from "@sluice/kubernetes";

// Beside `runJob`, with limits of its own: no waiting, and deleted when it is no longer wanted.
const runner = createJobRunner(kubernetes, { maxActive: 2, strategy: "reject" });
const controller = new AbortController();
await runner.run({ metadata: { name: "backup" } }, { signal: controller.signal, deleteOnAbort: "Foreground" });
// #endregion
await kubernetes.close();
