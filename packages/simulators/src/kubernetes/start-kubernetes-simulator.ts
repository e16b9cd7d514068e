import { startSimulation, type Simulation } from "../http/simulation.js";
import { kubernetesProvider } from "./exchange.js";
import { type KubernetesSimulatorOptions, resolveKubernetesSimulator } from "./options.js";
import { createKubernetesState, type KubernetesState } from "./state/state.js";

/** A running Kubernetes simulator. @public */
export interface KubernetesSimulator extends Simulation {
  /** Address of the API server: `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** What the simulated cluster holds. */
  readonly state: KubernetesState;
  /**
   * A kubeconfig for it, as text for `loadFromString`, or for a file.
   *
   * @param token - default: one that is good.
   */
  kubeConfig(token?: string): string;
}

/**
 * Starts a server on the loopback interface that behaves like a cluster's API server: namespaces, pods, config maps, secrets and jobs that
 * run by the clock, behind the server's own caps on requests in flight.
 *
 * @throws RangeError when an option is out of range.
 * @public
 */
export async function startKubernetesSimulator(options: KubernetesSimulatorOptions = {}): Promise<KubernetesSimulator> {
  const config = resolveKubernetesSimulator(options);
  const state = createKubernetesState(config);
  const { origin, ...simulation } = await startSimulation(config, kubernetesProvider(config, state));
  const [good = "simulated-token"] = Object.keys(config.tokens ?? {});
  return { ...simulation, url: origin, state, kubeConfig: (token = good) => kubeConfigOf(origin, token) };
}

/** JSON is YAML. Clients speak plain HTTP only to a server whose certificate they would not check. */
function kubeConfigOf(server: string, token: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "simulated", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "simulated", user: { token } }],
    contexts: [{ name: "simulated", context: { cluster: "simulated", user: "simulated", namespace: "default" } }],
    "current-context": "simulated",
  });
}
