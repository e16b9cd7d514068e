import { AsyncLocalStorage } from "node:async_hooks";
import type { Caller } from "./caller.js";

/** What the code around a call says about it, for SDKs whose methods have no room for such arguments. */
export interface CallOptions {
  /** Ends the call: while it waits and in flight. Its reason is what the call rejects with. */
  readonly signal?: AbortSignal;
  /**
   * Budget of the whole call, waits and retries included.
   * Unit: milliseconds. Range: > 0.
   *
   * @defaultValue the client's `timeoutMs`
   */
  readonly timeoutMs?: number;
  /**
   * Higher goes first among the waiters of one process.
   *
   * @defaultValue 0
   */
  readonly priority?: number;
}

/** Everything the surroundings of a call contribute. */
export interface CallContext extends CallOptions {
  readonly caller?: Caller;
}

const storage = new AsyncLocalStorage<CallContext>();

/**
 * Runs `fn`; every call made inside, however deep, counts as made on behalf of `caller`. Nested callers are merged, the
 * inner fields win.
 */
export function withCaller<Result>(caller: Caller, fn: () => Result): Result {
  const outer = storage.getStore();
  return storage.run({ ...outer, caller: { ...outer?.caller, ...caller } }, fn);
}

/** Runs `fn`; every call made inside takes these options. */
export function withCallOptions<Result>(options: CallOptions, fn: () => Result): Result {
  return storage.run({ ...storage.getStore(), ...options }, fn);
}

/** The surroundings of the code that asks. */
export function currentContext(): CallContext {
  return storage.getStore() ?? {};
}
