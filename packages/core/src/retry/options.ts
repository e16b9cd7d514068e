import type { Call } from "../call/call.js";
import { stateKey } from "../call/state.js";
import type { Clock } from "../clock/clock.js";
import type { Random } from "../clock/random.js";
import { nonNegative, positive, wholeBetween } from "../errors/ranges.js";
import type { Classify, Settled } from "./classify.js";
import type { RetryBudget } from "./retry-budget.js";

/**
 * How a call is retried. A function of yours that throws becomes a process warning and ends the retries: the API's own answer
 * or error stands.
 */
export interface RetryOptions {
  /**
   * Attempts after the first.
   * Range: whole numbers 0 to 1000.
   *
   * @defaultValue 10, always inside the call's deadline
   */
  readonly maxRetries?: number;
  /**
   * Upper bound of the first wait.
   * Unit: milliseconds. Range: >= 0.
   *
   * @defaultValue 100
   */
  readonly baseMs?: number;
  /**
   * Upper bound of every wait that we choose ourselves.
   * Unit: milliseconds. Range: >= 0.
   *
   * @defaultValue 3200
   */
  readonly capMs?: number;
  /**
   * Longest Retry-After that is believed; a longer one counts as this.
   * Unit: milliseconds. Range: > 0.
   *
   * @defaultValue 600000
   */
  readonly maxRetryAfterMs?: number;
  /** Shared by all calls of an account. Without one only `maxRetries` and the deadline bound retries. */
  readonly budget?: RetryBudget;
  /** The vendor's rule for what an attempt came to. @defaultValue `classifyHttp` */
  readonly classify?: Classify;
  /** Replaces full jitter. Unit: milliseconds; the retry is counted from 1. */
  readonly delay?: (retry: number) => number;
  /** Calls that may be repeated after an unclear outcome although they are not marked idempotent. @defaultValue none */
  readonly retryUnclear?: (call: Call) => boolean;
  /** Whether the request's body can be sent only once. @defaultValue reads {@link streamedBody} from the call's state */
  readonly isStream?: (call: Call) => boolean;
  /** Told before each wait. Its failure becomes a process warning and changes nothing. */
  readonly onRetry?: (event: RetryEvent) => void;
  /** Told of each Retry-After that is `ignored` as unreadable, or `capped` at `maxRetryAfterMs`. Its failure, too, only warns. */
  readonly onRetryAfter?: (problem: "ignored" | "capped", call: Call) => void;
  readonly clock?: Clock;
  readonly random?: Random;
  /** @defaultValue sleeps on `clock` */
  readonly sleep?: (delayMs: number, signal: AbortSignal) => Promise<void>;
}

/** A retry is about to be made. */
export interface RetryEvent {
  /** The call whose attempt failed. */
  readonly call: Call;
  readonly delayMs: number;
  readonly settled: Settled;
}

/** Set by a transport whose request body is a stream. */
export const streamedBody = stateKey("streamedBody", () => false);

/** Complete and checked. */
export interface RetryConfig {
  readonly maxRetries: number;
  readonly baseMs: number;
  readonly capMs: number;
  readonly maxRetryAfterMs: number;
  readonly retryUnclear: (call: Call) => boolean;
  readonly isStream: (call: Call) => boolean;
}

export function resolveRetry(options: RetryOptions): RetryConfig {
  return {
    maxRetries: wholeBetween("maxRetries", options.maxRetries ?? 10, 0, 1000),
    baseMs: nonNegative("baseMs", options.baseMs ?? 100),
    capMs: nonNegative("capMs", options.capMs ?? 3200),
    maxRetryAfterMs: positive("maxRetryAfterMs", options.maxRetryAfterMs ?? 600_000),
    retryUnclear: options.retryUnclear ?? (() => false),
    isStream: options.isStream ?? ((call) => call.state.has(streamedBody) && call.state.get(streamedBody)),
  };
}
