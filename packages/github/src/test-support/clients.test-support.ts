import { Octokit } from "@octokit/rest";
import type { Call, Hook } from "@sluice/core";
import { createGitHubApi } from "../client/create-github-api.js";
import { GitHubApi } from "../client/github-api.js";
import type { GitHubApiOptions, GitHubFactoryOptions } from "../client/options.js";

export const token = "ghp_0123456789abcdefghijABCDEFGHIJ012345";

let made = 0;

/** An account that no other test uses: its buckets are its own. */
export function newAccount(): string {
  made += 1;
  return `account-${made}`;
}

export interface KeptLog {
  readonly lines: readonly string[];
  debug(...parts: unknown[]): void;
  info(...parts: unknown[]): void;
  warn(...parts: unknown[]): void;
  error(...parts: unknown[]): void;
}

/** A logger that keeps what it is told. */
export function keptLog(): KeptLog {
  const lines: string[] = [];
  const keep =
    (level: string) =>
    (...parts: unknown[]): void =>
      void lines.push(`${level} ${parts.map(String).join(" ")}`);
  return { lines, debug: keep("debug"), info: keep("info"), warn: keep("warn"), error: keep("error") };
}

/** A hook of each stage that keeps the calls it sees. */
export function recorder(): { readonly hooks: readonly Hook[]; readonly calls: Call[]; readonly attempts: Call[] } {
  const calls: Call[] = [];
  const attempts: Call[] = [];
  const keep = (list: Call[]) => (call: Call) => void list.push(call);
  return {
    calls,
    attempts,
    hooks: [
      { name: "seen-call", stage: "call", before: keep(calls) },
      { name: "seen-attempt", before: keep(attempts) },
    ],
  };
}

/** Octokit itself. */
export function sdk(origin: string, options: GitHubApiOptions = {}): Octokit {
  return new Octokit({ auth: token, baseUrl: origin, log: keptLog(), ...options });
}

export function plain(origin: string, options: GitHubApiOptions = {}): GitHubApi {
  return new GitHubApi(newAccount(), { auth: token, baseUrl: origin, log: keptLog(), ...options });
}

export function factory(origin: string, options: GitHubFactoryOptions = {}, account = newAccount()): GitHubApi {
  return createGitHubApi(account, {
    auth: token,
    baseUrl: origin,
    log: keptLog(),
    env: {},
    quota: { tier: "user" },
    ...options,
    plugins: undefined,
  });
}

/** Ours, which must not be told apart by what Octokit promises. */
export const kinds = [
  ["new GitHubApi", plain],
  ["createGitHubApi", factory],
] as const;

/** The error a promise rejects with; one that resolves fails the test. */
export async function rejection(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error("the promise resolved");
}
