import { AsyncLocalStorage } from "node:async_hooks";
import type { Call } from "@sluice/core";
import type { BodyWatch } from "../transport/body-watch.js";
import type { OperationName } from "../operations/operation.js";

/** The command that the SDK is working on, from its first middleware to its request handler. */
export interface LogicalCall {
  /** The client it belongs to. */
  readonly owner: object;
  readonly call: Call;
  /** The request of the attempt under way; undefined before there is one. */
  readonly attempt?: Call | undefined;
  readonly name: OperationName | undefined;
  readonly input: Readonly<Record<string, unknown>>;
  readonly region: string | undefined;
  readonly server: string;
  readonly mostAttempts: number | undefined;
  /** Cuts a response that is still on the way when the call's time is up. */
  readonly watch: BodyWatch;
  /** What happens across attempts. */
  readonly notes: CallNotes;
}

/** Written by the attempts, read at the end of the call. */
export interface CallNotes {
  /** What ended the call without being the provider's answer: a limit, a deadline, an abort, a hook's veto. */
  ended?: { readonly reason: unknown } | undefined;
  /** Milliseconds waited between attempts, by our retry. */
  retryDelayMs: number;
}

const storage = new AsyncLocalStorage<LogicalCall | undefined>();

/** Runs the SDK's part of a call. */
export function within<Result>(logical: LogicalCall, run: () => Result): Result {
  return storage.run(logical, run);
}

/** Runs what belongs to no call: presigning, and hooks that use a client. */
export function outside<Result>(run: () => Result): Result {
  return storage.run(undefined, run);
}

export function currentLogicalCall(): LogicalCall | undefined {
  return storage.getStore();
}
