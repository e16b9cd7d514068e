import { Octokit } from "@octokit/rest";
import { onTestFinished } from "vitest";
import type { GitHubSimulatorOptions } from "./options.js";
import { startGitHubSimulator, type GitHubSimulator } from "./start-github-simulator.js";

/** A simulator of one test, and the official client to drive it with. */
export interface Bench {
  readonly simulator: GitHubSimulator;
  readonly octokit: Octokit;
  /** The client with other credentials, or without. */
  octokitFor(token: string | undefined): Octokit;
  /** Asks without the client. */
  get(path: string, headers?: Record<string, string>): Promise<Response>;
}

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Starts a simulator that is closed when the test ends. */
export async function bench(options: GitHubSimulatorOptions = {}): Promise<Bench> {
  const simulator = await startGitHubSimulator(options);
  onTestFinished(() => simulator.close());
  const octokitFor = (token: string | undefined): Octokit =>
    new Octokit({ baseUrl: simulator.url, log: silent, ...(token !== undefined && { auth: token }) });
  return {
    simulator,
    octokit: octokitFor("ghp_1"),
    octokitFor,
    get: (path, headers = {}) =>
      fetch(`${simulator.url}${path}`, { headers: { authorization: "Bearer ghp_1", ...headers } }),
  };
}

/** What a failed call says. */
export interface Failure {
  readonly status: number;
  readonly message: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The failure of a call; one that succeeds fails the test. */
export async function failureOf(call: Promise<unknown>): Promise<Failure> {
  try {
    await call;
  } catch (error) {
    const { status, message, response } = error as {
      readonly status: number;
      readonly message: string;
      readonly response?: { readonly headers: Failure["headers"]; readonly data: Failure["data"] };
    };
    return { status, message, headers: response?.headers ?? {}, data: response?.data ?? {} };
  }
  throw new Error("the call succeeded");
}
