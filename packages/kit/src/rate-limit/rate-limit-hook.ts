import {
  anObject,
  type Call,
  type Clock,
  type ConfigError,
  type Hook,
  type HookFailure,
  LimitExceededError,
  isSluiceError,
  recordWait,
  systemClock,
} from "@sluice/core";
import type { Charge, Grant, Limiter, Quota } from "@sluice/limiter";
import type { LimiterObserver, Tracing } from "@sluice/telemetry";
import type { Mode } from "../options/api-options.js";
import { createAdmission, giveBack } from "./admission.js";
import { createFeedback, type FeedbackRule } from "./feedback.js";
import { holdPlaces } from "./held-places.js";
import { quietObserver } from "./quiet-observer.js";

/** What the rate-limit hook is made of. */
export interface RateLimitOptions {
  readonly limiterFor: (account: string) => Limiter;
  readonly quota: Quota;
  readonly feedback: FeedbackRule;
  /** Read at every attempt, so that it may be switched while running. */
  readonly mode: () => Mode;
  /** What it throws is a process warning. */
  readonly observer?: LimiterObserver | undefined;
  /** A span around each wait. */
  readonly tracing?: Pick<Tracing, "waiting"> | undefined;
  /** Most requests in flight of this client. @defaultValue no cap */
  readonly maxInFlight?: number | undefined;
  /** Whether concurrency limits refuse while the store is away, or are left out. @defaultValue true */
  readonly placesFailClosed?: boolean | undefined;
  /** Told when the feedback rule fails. @defaultValue one process warning */
  readonly onHookError?: ((failure: HookFailure) => void) | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * The hook that waits for tokens before each attempt, and tells the limiter what the provider answered. A quota that throws
 * vetoes the attempt. Tokens of a request that was sent are spent, whatever became of it; those of one that was not go back.
 */
export function rateLimitHook(options: RateLimitOptions): Hook {
  anObject("options", options, "{ limiterFor, quota, ... }");
  const { limiterFor, quota } = options;
  const observer = quietObserver(options.observer);
  const clock = options.clock ?? systemClock;
  const admission = createAdmission({
    limiterFor,
    maxInFlight: options.maxInFlight ?? Number.POSITIVE_INFINITY,
    clock,
  });
  const tell = createFeedback(options);

  /** Books the time as a wait, whatever comes of it. */
  const waiting = async <Value>(call: Call, wait: Promise<Value>): Promise<Value> => {
    const startedMs = clock.now();
    return wait.finally(() => recordWait(call, clock.now() - startedMs));
  };

  /**
   * Places fail closed without the store. A provider's own cap on requests in flight is another matter: it protects the provider, each
   * process keeps far below it, and `onStoreError` says whether calls go on.
   */
  const admit = async (call: Call, charges: readonly Charge[]): Promise<Grant | undefined> => {
    try {
      return await admission.enter(call, charges);
    } catch (error) {
      const rates = charges.filter(({ limit }) => limit.kind !== "concurrency");
      const placesOnly = isSluiceError(error) && error.code === "STORE_UNAVAILABLE" && rates.length < charges.length;
      if (!placesOnly || options.placesFailClosed !== false) throw error;
      return admission.enter(call, rates);
    }
  };

  const enter = async (call: Call, charges: readonly Charge[]): Promise<Grant | undefined> => {
    const startedMs = clock.now();
    try {
      const wait = (): Promise<Grant | undefined> => admit(call, charges);
      const traced = charges.length === 0 ? undefined : options.tracing;
      const grant = await (traced === undefined ? wait() : traced.waiting(call, bucketsOf(charges), wait));
      const remaining = grant === undefined ? {} : { remaining: grant.remaining };
      observer?.acquired(call, { waitedMs: clock.now() - startedMs, cost: costOf(charges), ...remaining });
      return grant;
    } catch (error) {
      throw named(error, call, charges, observer);
    }
  };

  /** A shadow holds nobody up, not even for an answer of the store, and never acts, whatever becomes of quota or store. */
  const shadow = (call: Call): readonly Charge[] => {
    try {
      const charges = quota(call);
      void record(limiterFor(call.account), charges, call, observer);
      return charges;
    } catch {
      return [];
    }
  };

  return {
    name: "rate-limit",
    stage: "attempt",
    async wrap(next, call) {
      const mode = options.mode();
      let charges: readonly Charge[] = [];
      let grant: Grant | undefined;
      if (mode === "enforce") {
        charges = quota(call);
        grant = await waiting(call, enter(call, charges));
      } else {
        await waiting(call, admission.enterUncharged(call));
        if (mode === "shadow") charges = shadow(call);
      }
      const heard = (): boolean => mode !== "disabled" && call.progress.sent;
      const places = holdPlaces(grant, charges, clock);
      const endJob = grant === undefined ? undefined : jobOf(call, charges, observer);
      try {
        call.signal.throwIfAborted();
        const result = await next(call);
        if (heard()) await tell(call, charges, { result }, grant);
        return result;
      } catch (error) {
        if (heard()) await tell(call, charges, { error }, grant);
        throw error;
      } finally {
        admission.leave();
        places.end();
        endJob?.();
        void finish(grant, call.progress.sent);
      }
    },
  };
}

/**
 * What was not sent was not counted: a hook further in may have stopped it. What was sent the window counts from its answer
 * on, and until that is known from the grant on. Nobody waits for this.
 */
async function finish(grant: Grant | undefined, sent: boolean): Promise<void> {
  if (!sent) return giveBack(grant);
  try {
    await grant?.landed();
  } catch {
    // The store says itself that it is away.
  }
}

async function record(
  limiter: Limiter,
  charges: readonly Charge[],
  call: Call,
  observer: LimiterObserver | undefined,
): Promise<void> {
  if (charges.length === 0) return;
  try {
    const decision = await limiter.tryAcquire(charges);
    if (decision.kind === "allowed")
      observer?.acquired(call, { waitedMs: 0, cost: costOf(charges), remaining: decision.remaining });
    else observer?.refused(call, { reason: decision.kind === "impossible" ? "impossible" : "rejected" });
  } catch {
    // What would have been decided is not known.
  }
}

/** The limiter's refusal with the account it was about. */
function named(error: unknown, call: Call, charges: readonly Charge[], observer: LimiterObserver | undefined): unknown {
  if (isCostProblem(error)) observer?.refused(call, { reason: "impossible" });
  if (!isRefusal(error)) return error;
  const { bucket, retryAfterMs } = error;
  observer?.refused(call, { reason: "timeout", retryAfterMs, concurrency: isPlace(bucket, charges) });
  return new LimitExceededError({
    bucket,
    retryAfterMs,
    provider: call.provider,
    account: call.account,
    reason: call.operation,
  });
}

/** By its code: a limiter of the user's own may come from another copy of the package. */
function isRefusal(error: unknown): error is LimitExceededError {
  return isSluiceError(error) && error.code === "LIMIT_EXCEEDED";
}

function isCostProblem(error: unknown): boolean {
  return isSluiceError(error) && error.code === "CONFIG_INVALID" && (error as ConfigError).option === "cost";
}

/** The name may have got an account before it. */
function isPlace(bucket: string, charges: readonly Charge[]): boolean {
  return charges.some(
    (one) => one.limit.kind === "concurrency" && (bucket === one.bucket || bucket.endsWith(`|${one.bucket}`)),
  );
}

/** Counted while it holds places of concurrency limits; what is returned ends it. */
function jobOf(
  call: Call,
  charges: readonly Charge[],
  observer: LimiterObserver | undefined,
): (() => void) | undefined {
  const places = charges.flatMap(({ bucket, limit }) =>
    limit.kind === "concurrency" ? [{ bucket, max: limit.max }] : [],
  );
  return places.length === 0 ? undefined : observer?.held?.(call, places);
}

function bucketsOf(charges: readonly Charge[]): string[] {
  return charges.map(({ bucket }) => bucket);
}

/** Every bucket counts the same request, so the largest cost is the request's. */
function costOf(charges: readonly Charge[]): number {
  return Math.max(0, ...charges.map(({ cost = 1 }) => cost));
}
