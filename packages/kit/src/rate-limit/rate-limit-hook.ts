import { type Call, type Clock, ConfigError, type Hook, LimitExceededError, isSluiceError, recordWait, systemClock } from "@sluice/core";
import type { Charge, Grant, Limiter, Observation, Quota } from "@sluice/limiter";
import type { LimiterObserver } from "@sluice/telemetry";
import type { Mode } from "../options/api-options.js";
import { createPlaces, type Places } from "./places.js";

/** What a provider's answer says about its limits. */
export interface Feedback extends Observation {
  /** Whose buckets it is about. @defaultValue those the call was charged to */
  readonly charges?: readonly Charge[];
}

/** A vendor's rule from an attempt's end to its word about limits. */
export type FeedbackRule = (call: Call, settled: { readonly result: unknown } | { readonly error: unknown }) => Feedback | undefined;

/** What the rate-limit hook is made of. */
export interface RateLimitOptions {
  readonly limiterFor: (account: string) => Limiter;
  readonly quota: Quota;
  readonly feedback: FeedbackRule;
  /** Read at every attempt, so that it may be switched while running. */
  readonly mode: () => Mode;
  readonly observer?: LimiterObserver | undefined;
  /** Most requests in flight of this client. @defaultValue no cap */
  readonly maxInFlight?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** The hook that waits for tokens before each attempt, and tells the limiter what the provider answered. */
export function rateLimitHook(options: RateLimitOptions): Hook {
  const { limiterFor, quota, feedback, observer } = options;
  const clock = options.clock ?? systemClock;
  const places = createPlaces(options.maxInFlight ?? Number.POSITIVE_INFINITY);

  const enter = async (call: Call, charges: readonly Charge[]): Promise<Grant | undefined> => {
    const startedMs = clock.now();
    try {
      const grant = await enterWithTokens(limiterFor(call.account), charges, call, places, clock);
      const waitedMs = clock.now() - startedMs;
      recordWait(call, waitedMs);
      observer?.acquired(call, { waitedMs, cost: sum(charges), ...(grant === undefined ? {} : { remaining: grant.remaining }) });
      return grant;
    } catch (error) {
      recordWait(call, clock.now() - startedMs);
      throw named(error, call, observer);
    }
  };

  return {
    name: "rate-limit",
    stage: "attempt",
    async wrap(next, call) {
      const mode = options.mode();
      const charges = mode === "disabled" ? [] : quota(call);
      let grant: Grant | undefined;
      if (mode === "enforce") grant = await enter(call, charges);
      else await places.enter(call.signal);
      // A shadow holds nobody up, not even for an answer of the store.
      if (mode === "shadow") void record(limiterFor(call.account), charges, call, observer);
      const tell = async (settled: { result: unknown } | { error: unknown }): Promise<void> => {
        const word = mode === "disabled" || !call.progress.sent ? undefined : feedback(call, settled);
        if (word === undefined) return;
        // Its own waiters hold at once; whatever else goes wrong there is the store's to report.
        await limiterFor(call.account).observe(word.charges ?? charges, word).catch(() => {});
      };
      try {
        call.signal.throwIfAborted();
        const result = await next(call);
        await tell({ result });
        return result;
      } catch (error) {
        await tell({ error });
        throw error;
      } finally {
        places.leave();
        // Nobody waits for this. A hook further in may have stopped the attempt: what was not sent was not counted. What was sent
        // the window counts from its answer on, and until that is known from the grant on.
        void (call.progress.sent ? grant?.landed() : grant?.giveBack())?.catch(() => {});
      }
    },
  };
}

/**
 * Takes tokens and a place in flight. The place is not held while waiting for tokens, or a slow method would block all
 * others; and tokens are not held while waiting for a place, or the provider would count them later than we did.
 */
async function enterWithTokens(limiter: Limiter, charges: readonly Charge[], call: Call, places: Places, clock: Clock): Promise<Grant | undefined> {
  const { signal, priority } = call;
  for (;;) {
    const timeoutMs = Math.max(0, call.deadlineMs - clock.now());
    const grant = charges.length === 0 ? undefined : await limiter.acquire(charges, { timeoutMs, signal, priority });
    if (places.tryEnter()) return grant;
    await grant?.giveBack();
    await places.enter(signal);
    if (charges.length === 0) return undefined;
    try {
      return await limiter.acquire(charges, { timeoutMs: 0, signal });
    } catch (error) {
      places.leave();
      if (!(isSluiceError(error) && error.code === "LIMIT_EXCEEDED")) throw error;
    }
  }
}

async function record(limiter: Limiter, charges: readonly Charge[], call: Call, observer: LimiterObserver | undefined): Promise<void> {
  if (charges.length === 0) return;
  try {
    const decision = await limiter.tryAcquire(charges);
    if (decision.kind === "allowed") observer?.acquired(call, { waitedMs: 0, cost: sum(charges), remaining: decision.remaining });
    else observer?.refused(call, { reason: decision.kind === "impossible" ? "impossible" : "rejected" });
  } catch {
    // A shadow never acts, whatever becomes of its store.
  }
}

/** The limiter's refusal with the account it was about. */
function named(error: unknown, call: Call, observer: LimiterObserver | undefined): unknown {
  if (error instanceof ConfigError && error.option === "cost") observer?.refused(call, { reason: "impossible" });
  if (!(error instanceof LimitExceededError)) return error;
  observer?.refused(call, { reason: "timeout" });
  const { bucket, retryAfterMs } = error;
  return new LimitExceededError({ bucket, retryAfterMs, provider: call.provider, account: call.account, reason: call.operation });
}

function sum(charges: readonly Charge[]): number {
  return Math.max(0, ...charges.map(({ cost = 1 }) => cost));
}
