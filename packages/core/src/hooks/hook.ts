import type { Call } from "../call/call.js";

/** `call`: once per logical SDK call. `attempt`: once per HTTP request that leaves the process. */
export type Stage = "call" | "attempt";

/** Headers in any of the shapes that SDKs use. */
export interface HeadersLike {
  get(name: string): string | null;
}

/** What came of an attempt or a call. */
export interface Outcome {
  /** HTTP status, where the result or error shows one. */
  readonly status: number | undefined;
  /** Response headers, where the result or error shows them. */
  readonly headers: HeadersLike | undefined;
  /** Milliseconds inside this hook, waits for limits not counted. */
  readonly durationMs: number;
  /** Milliseconds waited for limits in this attempt; at the call stage, in all attempts. */
  readonly waitedMs: number;
  /** The attempt this is about; at the call stage, how many were made. */
  readonly attempt: number;
}

/** Goes on with the rest of the chain. */
export type Next<Result> = (call: Call) => Promise<Result>;

/**
 * A named piece of the chain. The first hook of a stage is the outermost: `before` runs first to last, `after` and `error`
 * run last to first. A hook with several functions runs `before`, then `wrap` around the rest, then `after` or `error`.
 */
export interface Hook {
  /** Unique in its chain. */
  readonly name: string;
  /** @defaultValue `"attempt"` */
  readonly stage?: Stage;
  /**
   * Runs ahead of the rest. May wait. May return a changed copy of the call. Throwing vetoes the attempt: nothing inside
   * runs, hooks further out see the error. Runs again on every retry when at the attempt stage.
   */
  readonly before?: (call: Call) => Call | undefined | void | Promise<Call | undefined | void>;
  /** Sees a success. Its own failure is reported to `onHookError` and never changes the result. */
  readonly after?: (call: Call, outcome: Outcome) => unknown;
  /** Sees a failure of anything further in. Its own failure is reported to `onHookError` and never masks the error. */
  readonly error?: (call: Call, error: unknown, outcome: Outcome) => unknown;
  /** Full control: may call `next` never, once or again, and may change result or error. */
  readonly wrap?: <Result>(next: Next<Result>, call: Call) => Promise<Result>;
}

/** An observing hook failed; the call itself was not affected. */
export interface HookFailure {
  readonly hook: string;
  readonly kind: "after" | "error";
  readonly stage: Stage;
  readonly error: unknown;
  readonly call: Call;
}
