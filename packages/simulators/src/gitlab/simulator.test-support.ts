import { GitbeakerRequestError, Gitlab } from "@gitbeaker/rest";
import { onTestFinished } from "vitest";
import { manualClock } from "../clock.js";
import type { GitLabSimulatorOptions } from "./options.js";
import { startGitLabSimulator, type GitLabSimulator } from "./start-gitlab-simulator.js";

/** A simulator of one test, and the official client to drive it with. */
export interface Bench {
  readonly simulator: GitLabSimulator;
  readonly gitlab: Client;
  /** The client with other credentials. */
  gitlabFor(token: string): Client;
  /** Asks without the client, which hides headers and tries again when refused. */
  ask(path: string, init?: RequestInit): Promise<Response>;
}

type Client = InstanceType<typeof Gitlab>;

/** Starts a simulator that is closed when the test ends. Unless told otherwise it starts with a minute, so that none ends during the test. */
export async function bench(options: GitLabSimulatorOptions = {}): Promise<Bench> {
  const simulator = await startGitLabSimulator({ wallClock: manualClock(), ...options });
  onTestFinished(() => simulator.close());
  const gitlabFor = (token: string): Client => new Gitlab({ host: simulator.url, token });
  return {
    simulator,
    gitlab: gitlabFor("glpat-1"),
    gitlabFor,
    ask: (path, init = {}) =>
      fetch(`${simulator.url}/api/v4${path}`, {
        ...init,
        headers: { "private-token": "glpat-1", "content-type": "application/json", ...init.headers },
      }),
  };
}

/** A request that writes JSON. */
export function post(fields: object = {}): RequestInit {
  return { method: "POST", body: JSON.stringify(fields) };
}

/** Status and description of a failed call; one that succeeds fails the test. */
export async function failureOf(call: Promise<unknown>): Promise<readonly [number, string]> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof GitbeakerRequestError) || error.cause === undefined) throw error;
    return [error.cause.response.status, error.cause.description];
  }
  throw new Error("the call succeeded");
}
