import { type Call, type HookFailure, isSluiceError, warnOnce } from "@sluice/core";
import type { Charge, Grant, Limiter, Observation } from "@sluice/limiter";

/** What a provider's answer says about its limits. */
export interface Feedback extends Observation {
  /** Whose buckets it is about. @defaultValue those the call was charged to */
  readonly charges?: readonly Charge[];
  /**
   * Whether the request did not count against these buckets although it was sent: their tokens go back.
   *
   * @defaultValue false
   */
  readonly refund?: boolean;
}

/** How an attempt ended. */
export type AttemptEnd = { readonly result: unknown } | { readonly error: unknown };

/**
 * A vendor's rule from an attempt's end to its word about limits, or its words when they differ by bucket. Like that of an
 * observing hook, its failure is reported and never changes what the attempt came to.
 */
export type FeedbackRule = (call: Call, settled: AttemptEnd) => Feedback | readonly Feedback[] | undefined;

/** Hands the provider's word on to the limiter. */
export type TellLimiter = (
  call: Call,
  charges: readonly Charge[],
  settled: AttemptEnd,
  grant: Grant | undefined,
) => Promise<void>;

/** What feedback is made of. */
export interface FeedbackOptions {
  readonly limiterFor: (account: string) => Limiter;
  readonly feedback: FeedbackRule;
  /** Told when the rule, or what it says, is wrong. @defaultValue one process warning */
  readonly onHookError?: ((failure: HookFailure) => void) | undefined;
}

/** The way back to the limiter: it never fails, and does not hold up an answer beyond the end of the call. */
export function createFeedback(options: FeedbackOptions): TellLimiter {
  const warn = warnOnce("SLUICE_FEEDBACK");
  const report =
    options.onHookError ??
    (({ error }: HookFailure) => warn("What the provider said about its limits could not be used", error));
  return async (call, charges, settled, grant) => {
    const take = async (word: Feedback): Promise<void> => {
      const about = word.charges ?? charges;
      if (word.refund === true) await grant?.giveBack(about.map(({ bucket }) => bucket));
      if (saysMore(word)) await options.limiterFor(call.account).observe(about, word);
    };
    try {
      const said = options.feedback(call, settled);
      if (said === undefined) return;
      const words: readonly Feedback[] = isList(said) ? said : [said];
      // Waiters of this process hold before this returns, and the store knows before the next request of the same caller.
      await untilAborted(Promise.all(words.map(take)), call.signal);
    } catch (error) {
      if (isStoresOwn(error)) return;
      try {
        report({ hook: "rate-limit", kind: "result" in settled ? "after" : "error", stage: "attempt", error, call });
      } catch {
        // Nobody is left to tell.
      }
    }
  };
}

/** An unreachable store speaks for itself, and a closed limiter has nobody left to hold. */
function isStoresOwn(error: unknown): boolean {
  return isSluiceError(error) && (error.code === "STORE_UNAVAILABLE" || error.code === "LIMITER_CLOSED");
}

/** `Array.isArray` does not tell a readonly list from the rest of a union. */
function isList(said: Feedback | readonly Feedback[]): said is readonly Feedback[] {
  return Array.isArray(said);
}

/** A word that only gives back says nothing of the bucket. */
function saysMore({ refund, retryAfterMs, refused, remaining }: Feedback): boolean {
  return refund !== true || retryAfterMs !== undefined || refused !== undefined || remaining !== undefined;
}

function untilAborted(told: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve();
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", onAbort, { once: true });
    told.then(() => resolve(), reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
