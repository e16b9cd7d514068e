import { AsyncLocalStorage } from "node:async_hooks";
import type { Call } from "@sluice/core";

/** The logical call that the SDK is working on, from its method to its `fetch`. */
export interface LogicalCall {
  /** The client it belongs to. */
  readonly owner: object;
  readonly call: Call;
  /** The method the SDK is in now; within a method of several requests there are several. */
  readonly operation: string;
  /** Sends what the SDK hands to `fetch` for this call, or for a step of it. */
  readonly send: (logical: LogicalCall, input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** What must not show in its errors. Grows while the call goes on. */
  readonly secrets: Set<string>;
  /** The token that the request carries, when it came from a login of ours: asked for again when the request is about to leave. */
  freshToken?: ((signal: AbortSignal) => Promise<string>) | undefined;
  /** The token that the last request left with, where it was one of ours. */
  sent?: string | undefined;
}

const storage = new AsyncLocalStorage<LogicalCall | undefined>();

/** Runs the SDK's part of a call in its context. */
export function inContext<Result>(logical: LogicalCall, run: () => Result): Result {
  return storage.run(logical, run);
}

/** Runs what is not the SDK's: hooks and token providers of the user make calls of their own. */
export function outside<Result>(run: () => Result): Result {
  return storage.run(undefined, run);
}

export function currentLogicalCall(): LogicalCall | undefined {
  return storage.getStore();
}
