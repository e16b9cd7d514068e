import { startSimulation, type Simulation } from "../http/simulation.js";
import { githubProvider } from "./exchange.js";
import { resolveGitHubSimulator, type GitHubSimulatorOptions } from "./options.js";
import { createGitHubState, type GitHubState } from "./state/state.js";

/** A running GitHub simulator. @public */
export interface GitHubSimulator extends Simulation {
  /** Base address of the API, for the client's `baseUrl`: `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** What the simulated GitHub holds. */
  readonly state: GitHubState;
}

/**
 * Starts a server on the loopback interface that behaves like GitHub's REST and GraphQL APIs and enforces their
 * published primary and secondary limits.
 *
 * @throws RangeError when an option is out of range.
 * @public
 */
export async function startGitHubSimulator(options: GitHubSimulatorOptions = {}): Promise<GitHubSimulator> {
  const config = resolveGitHubSimulator(options);
  const state = createGitHubState(config.seeds, config.wallClock);
  const { origin, ...simulation } = await startSimulation(config, githubProvider(config, state));
  return { ...simulation, url: origin, state };
}
