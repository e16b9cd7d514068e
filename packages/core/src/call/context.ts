import { AsyncLocalStorage } from "node:async_hooks";
import type { Caller } from "./caller.js";

/** What the code around a call says about it, for SDKs whose methods have no room for such arguments. `undefined` says nothing. */
export interface CallOptions {
  /** Ends the call: while it waits and in flight. Its reason is what the call rejects with. Nested ones all do. */
  readonly signal?: AbortSignal;
  /**
   * Budget of the whole call, waits and retries included. Of nested ones the smallest holds.
   * Unit: milliseconds. Range: > 0.
   *
   * @defaultValue the client's `timeoutMs`
   */
  readonly timeoutMs?: number;
  /**
   * Higher goes first among the waiters of one process. Of nested ones the innermost holds.
   *
   * @defaultValue 0
   */
  readonly priority?: number;
}

/** Everything the surroundings of a call contribute. */
export interface CallContext extends CallOptions {
  readonly caller?: Caller;
}

/** The same as it is kept: with each signal by itself, so that a call needs no signal made of them. */
interface Surroundings extends Omit<CallContext, "signal"> {
  /** Innermost first. */
  readonly signals: readonly AbortSignal[];
}

const nowhere: Surroundings = { signals: [] };
const storage = new AsyncLocalStorage<Surroundings>();

/**
 * Runs `fn`; every call made inside, however deep, counts as made on behalf of `caller`. Nested callers are merged: the
 * inner fields win, and `undefined` leaves a field as it is.
 */
export function withCaller<Result>(caller: Caller, fn: () => Result): Result {
  const outer = surroundings();
  return storage.run({ ...outer, caller: { ...outer.caller, ...definedIn(caller) } }, fn);
}

/**
 * Runs `fn`; every call made inside takes these options. Nested ones are merged, and what is inside may not outlast what the
 * outside allows: each signal ends the call, with its own reason, and the smallest `timeoutMs` holds. The inner priority
 * wins, and `undefined` leaves what is there. {@link withoutCallOptions} is the way out.
 */
export function withCallOptions<Result>(options: CallOptions, fn: () => Result): Result {
  const { signals, ...outer } = surroundings();
  const { signal, ...inner } = definedIn<CallOptions>(options);
  const timeoutMs = shortest(outer.timeoutMs, inner.timeoutMs);
  return storage.run(
    {
      ...outer,
      ...inner,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      signals: signal === undefined || signals.includes(signal) ? signals : [signal, ...signals],
    },
    fn,
  );
}

/**
 * Runs `fn`; calls made inside are free of the signals, timeouts and priorities outside, and still made on behalf of the same
 * caller. For what must be done after an abort, such as cleaning up, and for work that others wait for too.
 */
export function withoutCallOptions<Result>(fn: () => Result): Result {
  const { caller } = surroundings();
  return storage.run(caller === undefined ? nowhere : { caller, signals: [] }, fn);
}

/** The surroundings of the code that asks. Several signals are shown as one that aborts with the first of them. */
export function currentContext(): CallContext {
  const here = surroundings();
  const { signals, ...others } = here;
  const signal = signals.length > 1 ? oneOf(here) : signals[0];
  return signal === undefined ? others : { ...others, signal };
}

/** What {@link currentContext} shows, with each signal by itself. */
export function surroundings(): Surroundings {
  return storage.getStore() ?? nowhere;
}

const combined = new WeakMap<Surroundings, AbortSignal>();
const sources = new WeakMap<AbortSignal, readonly AbortSignal[]>();

/** Made once, and only for those who ask: nobody says when such a signal has served its time, so it must not need a release. */
function oneOf(here: Surroundings): AbortSignal {
  const made = combined.get(here);
  if (made !== undefined) return made;
  const signal = AbortSignal.any([...here.signals]);
  combined.set(here, signal);
  // It holds its sources but weakly, and nobody else may hold a timeout.
  sources.set(signal, here.signals);
  return signal;
}

/** Without what says nothing; JavaScript users write `null` for it, or leave out the object. */
function definedIn<Said extends object>(said: Said): Said {
  return Object.fromEntries(
    Object.entries(said ?? {}).filter(([, value]) => value !== undefined && value !== null),
  ) as Said;
}

/** What is no number is left to be refused where the call is made. */
function shortest(outer: number | undefined, inner: number | undefined): number | undefined {
  if (outer === undefined || inner === undefined) return inner ?? outer;
  return typeof inner === "number" && typeof outer === "number" ? Math.min(outer, inner) : inner;
}
