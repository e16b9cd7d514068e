import { startSimulation, type Simulation } from "../http/simulation.js";
import { gitlabProvider } from "./exchange.js";
import { resolveGitLabSimulator, type GitLabSimulatorOptions } from "./options.js";
import { createGitLabState, type GitLabState } from "./state/state.js";

/** A running GitLab simulator. @public */
export interface GitLabSimulator extends Simulation {
  /** Address of the instance, for the client's `host`: `http://127.0.0.1:<port>`. The API is below `/api/v4`. */
  readonly url: string;
  /** What the simulated GitLab holds. */
  readonly state: GitLabState;
}

/**
 * Starts a server on the loopback interface that behaves like GitLab's REST API and enforces the published limits of
 * GitLab.com or of a self-managed instance.
 *
 * @throws RangeError when an option is out of range.
 * @public
 */
export async function startGitLabSimulator(options: GitLabSimulatorOptions = {}): Promise<GitLabSimulator> {
  const config = resolveGitLabSimulator(options);
  const state = createGitLabState(config.seeds, config.wallClock);
  const { origin, ...simulation } = await startSimulation(config, gitlabProvider(config, state), "/api/v4");
  return { ...simulation, url: origin, state };
}
