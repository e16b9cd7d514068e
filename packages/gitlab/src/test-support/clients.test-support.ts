import { createRequire } from "node:module";
import { inspect } from "node:util";
import { Gitlab } from "@gitbeaker/rest";
import type { Call, Hook } from "@sluice/core";
import { onTestFinished } from "vitest";
import { createGitLabApi } from "../client/create-gitlab-api.js";
import { GitLabApi } from "../client/gitlab-api.js";
import type { GitLabFactoryOptions, GitLabSdkOptions } from "../client/options.js";

export const token = "glpat-0123456789abcdefghij";

const { Registry } = createRequire(import.meta.url)("prom-client") as {
  Registry: new () => NonNullable<GitLabFactoryOptions["registry"]>;
};

let accounts = 0;

/** An account that no other test uses. */
export function newAccount(): string {
  accounts += 1;
  return `account-${accounts}`;
}

export function newRegistry(): NonNullable<GitLabFactoryOptions["registry"]> {
  return new Registry();
}

/** A client of the factory for one test. */
export function make<C extends boolean = false>(
  options: GitLabFactoryOptions<C>,
  account = newAccount(),
): GitLabApi<C> {
  const gitlab = createGitLabApi<C>(account, { env: {}, registry: newRegistry(), token, ...options });
  onTestFinished(() => gitlab.close());
  return gitlab;
}

/** A plain client for one test. */
export function makePlain(options: GitLabSdkOptions & { hooks?: readonly Hook[] }): GitLabApi {
  return new GitLabApi(newAccount(), { registry: newRegistry(), token, ...options });
}

/** The SDK's own client, ours made plainly, and ours by the factory. */
export const kinds = [
  ["Gitlab", (options: GitLabSdkOptions): Gitlab => new Gitlab({ token, ...options } as never)],
  ["new GitLabApi", (options: GitLabSdkOptions): Gitlab => makePlain(options)],
  ["createGitLabApi", (options: GitLabSdkOptions): Gitlab => make(options)],
] as const;

/** Hooks of both stages that keep what they see. */
export function recorder(): { readonly hooks: readonly Hook[]; readonly calls: Call[]; readonly attempts: Call[] } {
  const calls: Call[] = [];
  const attempts: Call[] = [];
  return {
    calls,
    attempts,
    hooks: [
      { name: "seen-call", stage: "call", before: (call) => void calls.push(call) },
      { name: "seen-attempt", before: (call) => void attempts.push(call) },
    ],
  };
}

/** The error a promise rejects with; one that resolves fails the test. */
export async function rejection(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  return promise.then(
    (value) => {
      throw new Error(`expected a failure, got ${inspect(value, { depth: 1 })}`);
    },
    (error: unknown) => error as Error & Record<string, unknown>,
  );
}
