import { AsyncLocalStorage } from "node:async_hooks";
import type { Call } from "@sluice/core";

/** The logical call that the SDK is working on, from its method to its HTTP library. */
export interface LogicalCall {
  /** The SDK's client it belongs to. */
  readonly owner: object;
  readonly call: Call;
  /** Whether the call may be made of several requests. */
  readonly composite: boolean;
  /** What must not show in its errors. Grows while the call goes on. */
  readonly secrets: Set<string>;
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

const repeatable = new AsyncLocalStorage<boolean>();

/** Marks the call made inside: a repetition after an unclear outcome does no harm. */
export function asRepeatable<Result>(run: () => Result): Result {
  return repeatable.run(true, run);
}

/** Runs a call, telling it whether it was marked. Calls that its hooks make are others, and bear no mark. */
export function takeMark<Result>(run: (isRepeatable: boolean) => Result): Result {
  const marked = repeatable.getStore() === true;
  return marked ? repeatable.run(false, () => run(true)) : run(false);
}
