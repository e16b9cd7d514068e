import { AsyncLocalStorage } from "node:async_hooks";
import type { Call } from "@sluice/core";

/** The logical call that the SDK is working on, from its method to its `fetch`. */
export interface LogicalCall {
  /** The client it belongs to. */
  readonly owner: object;
  readonly call: Call;
  /** The method the SDK is calling now; within an upload there are several. */
  readonly method: string;
  /** The SDK's own arguments of that method. */
  readonly args: Readonly<Record<string, unknown>>;
  /** Whether the call is made of several requests, each of which names its own method. */
  readonly composite: boolean;
  /** What must not show in its errors and log lines. */
  readonly secrets: readonly string[];
}

const storage = new AsyncLocalStorage<LogicalCall | undefined>();

/** Runs the SDK's part of a call. */
export function within<Result>(logical: LogicalCall, run: () => Result): Result {
  return storage.run(logical, run);
}

/** Runs what is not the SDK's: a user's hook that uses the client makes a call of its own. */
export function outside<Result>(run: () => Result): Result {
  return storage.run(undefined, run);
}

export function currentLogicalCall(): LogicalCall | undefined {
  return storage.getStore();
}
