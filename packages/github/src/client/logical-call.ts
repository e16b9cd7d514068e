import { AsyncLocalStorage } from "node:async_hooks";
import type { Call } from "@sluice/core";
import type { GitHubRequest } from "../operations/request.js";

/** The logical call that Octokit is working on. */
export interface LogicalCall {
  readonly call: Call;
  readonly request: GitHubRequest;
  /** What must not show in its errors. */
  readonly secrets: readonly string[];
}

const calls = new WeakMap<object, LogicalCall>();

/** Octokit's hooks are all given the same options object, and whatever else they hand on is ignored: it is what names a call. */
export function remember(options: object, logical: LogicalCall): void {
  calls.set(options, logical);
}

export function logicalCallOf(options: object): LogicalCall | undefined {
  return calls.get(options);
}

/** What the pages of a pagination have in common and Octokit forgets: the route, and the caller's `request` options. */
export interface Paging {
  readonly operation: string;
  readonly request: Readonly<Record<string, unknown>>;
}

const pagings = new AsyncLocalStorage<Paging | undefined>();

export function withPaging<Result>(paging: Paging, run: () => Result): Result {
  return pagings.run(paging, run);
}

/** The pagination that a request belongs to, if any; whatever else is asked from here on belongs to none. */
export function currentPaging(): Paging | undefined {
  return pagings.getStore();
}

export function withoutPaging<Result>(run: () => Result): Result {
  return pagings.run(undefined, run);
}
