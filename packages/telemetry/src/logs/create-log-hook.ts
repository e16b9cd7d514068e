import {
  anObject,
  type Call,
  type Caller,
  type Clock,
  ConfigError,
  type Hook,
  nonNegative,
  systemClock,
  wholeBetween,
} from "@sluice/core";
import type { BreakerObserver } from "../breaker-observer.js";
import type { StoreMode } from "../families/store-mode.js";
import { callerText } from "../labels/caller-text.js";
import type { LimiterObserver } from "../limiter-observer.js";
import { outcomeOfError } from "../outcome.js";
import { callerOfIdentity } from "../policy/caller-of-identity.js";
import type { DecisionEventLike, EngineLike, IdentityLike } from "../policy/engine-like.js";
import type { RetryReason } from "../retry-reason.js";
import { errorType } from "../text/plain-text.js";
import { createLineWriter } from "./line-writer.js";
import type { LogFields, LoggerLike } from "./log-event.js";

/** What logs are made of. */
export interface LogHookOptions {
  /** pino, or anything of its shape. */
  readonly logger: LoggerLike;
  /** Most lines of one kind in a second; the rest is counted and told in one. Range: whole numbers 1 to 10000. @defaultValue 10 */
  readonly perSecond?: number | undefined;
  /** Waits for limits from this long on are told. Unit: milliseconds. Range: >= 0, `Infinity` for none. @defaultValue 1000 */
  readonly slowWaitMs?: number | undefined;
  /** The `caller` of a call. @defaultValue namespace, tenant and user, joined by slashes */
  readonly callerLabel?: ((caller: Caller) => string) | undefined;
  /** The `caller` of an identity. @defaultValue the user, else the api key's digest, else the address; after tenant and slash */
  readonly identityLabel?: ((identity: IdentityLike) => string) | undefined;
  readonly clock?: Clock | undefined;
}

/** Structured lines for one client or engine. Nothing here throws, unless a label function does. */
export interface LogHook {
  /** Calls that failed, and answers that say "too many requests". */
  readonly hooks: readonly [call: Hook, attempt: Hook];
  readonly limiter: LimiterObserver;
  retried(call: Call, about: { readonly delayMs: number; readonly reason: RetryReason }): void;
  /** Fits an engine's `onDecision`: refusals, those of policies in shadow among them. */
  readonly onDecision: (event: DecisionEventLike) => void;
  /** Tells when an engine's mode changes. Returns the way to stop. */
  watch(engine: Pick<EngineLike, "mode" | "onChange">): () => void;
  /** Fits a breaker's `onEvent`. */
  readonly onBreaker: BreakerObserver["onEvent"];
  modeChanged(about: { readonly provider?: string; readonly from: string; readonly to: string }): void;
  storeMode(mode: StoreMode, provider?: string): void;
}

/**
 * Makes the lines of a client or an engine: one an event, with who, what and the correlation id. Never a message of an error, arguments or
 * names of buckets: what they hold is not known.
 *
 * @throws ConfigError for an option out of range.
 */
export function createLogHook(options: LogHookOptions): LogHook {
  anObject("options", options, "{ logger, ... }");
  const { logger } = options;
  if (typeof logger?.info !== "function" || typeof logger.warn !== "function")
    throw new ConfigError({ option: "logger", accepted: "a logger with info() and warn()", value: logger });
  const perSecond = wholeBetween("perSecond", options.perSecond ?? 10, 1, 10_000);
  const slowWaitMs =
    options.slowWaitMs === Number.POSITIVE_INFINITY
      ? options.slowWaitMs
      : nonNegative("slowWaitMs", options.slowWaitMs ?? 1000);
  const line = createLineWriter({ logger, perSecond, clock: options.clock ?? systemClock });
  const identityText = options.identityLabel ?? callerOfIdentity;
  const about = (call: Call): LogFields => ({
    provider: call.provider,
    account: call.account,
    operation: call.operation,
    caller: call.caller === undefined ? undefined : (options.callerLabel ?? callerText)(call.caller),
    call: call.id,
  });
  let storeMode: StoreMode | undefined;
  let engineMode: string | undefined;

  /** Asked of decisions too: an emergency that ends by itself is announced by nobody. */
  const policyMode = (to: string): void => {
    const from = engineMode;
    engineMode = to;
    if (from === undefined || from === to) return;
    line("warn", "mode_changed", { of: "policies", from, to }, "The mode of the policies has changed");
  };

  const violation = (event: DecisionEventLike, policy: string, mode: "enforce" | "shadow"): void => {
    const { decision, identity } = event;
    const own = decision.policy === policy;
    const fields = {
      policy,
      scope: own ? decision.scope : undefined,
      mode,
      caller: identityText(identity),
      operation: identity.endpoint,
      remaining: own ? decision.remaining : undefined,
      retryAfterMs: own ? Math.ceil(decision.retryAfterMs) : undefined,
      violations: own ? decision.reputation?.violations : undefined,
      reputation: own ? decision.reputation?.score : undefined,
    };
    line(
      mode === "enforce" ? "warn" : "info",
      "violation",
      fields,
      mode === "enforce" ? "A policy refused" : "A policy in shadow would have refused",
    );
  };

  const throttled = (call: Call, status: number | undefined): void => {
    if (status === 429)
      line(
        "warn",
        "provider_throttled",
        { ...about(call), attempt: call.attempt },
        "The provider refused: too many requests",
      );
  };

  return {
    hooks: [
      {
        name: "log",
        stage: "call",
        error: (call, error, { status, durationMs, waitedMs, attempt }) => {
          const outcome = outcomeOfError(error, status, call.signal);
          const figures = {
            status,
            attempts: attempt,
            durationMs: Math.round(durationMs),
            waitedMs: Math.round(waitedMs),
          };
          line(
            "warn",
            "call_failed",
            { ...about(call), outcome, error: errorType(error), ...figures },
            "A call failed",
          );
        },
      },
      {
        name: "log-attempt",
        stage: "attempt",
        after: (call, { status }) => throttled(call, status),
        error: (call, _error, { status }) => throttled(call, status),
      },
    ],
    limiter: {
      acquired(call, { waitedMs, remaining }) {
        if (waitedMs < slowWaitMs) return;
        line(
          "info",
          "rate_limit_waited",
          { ...about(call), waitedMs: Math.round(waitedMs), remaining },
          "A call waited for limits",
        );
      },
      refused(call, { reason, retryAfterMs, concurrency }) {
        const fields = {
          ...about(call),
          reason,
          concurrency,
          retryAfterMs: retryAfterMs === undefined ? undefined : Math.ceil(retryAfterMs),
        };
        line("warn", "rate_limit_refused", fields, "A limit refused");
      },
    },
    retried: (call, { delayMs, reason }) =>
      line(
        "info",
        "retry",
        { ...about(call), attempt: call.attempt, delayMs: Math.round(delayMs), reason },
        "An attempt is repeated",
      ),
    onDecision(event) {
      const { decision } = event;
      policyMode(decision.mode);
      for (const policy of decision.shadowed) violation(event, policy, "shadow");
      if (!decision.allowed && decision.policy !== undefined) violation(event, decision.policy, "enforce");
    },
    watch(engine) {
      policyMode(engine.mode);
      return engine.onChange(() => policyMode(engine.mode));
    },
    onBreaker: ({ name, to }) =>
      line(to === "closed" ? "info" : "warn", "breaker_changed", { breaker: name, to }, "A breaker changed its state"),
    modeChanged: ({ provider, from, to }) =>
      line("warn", "mode_changed", { of: "client", provider, from, to }, "The mode of a client has changed"),
    storeMode(to, provider) {
      const from = storeMode;
      storeMode = to;
      if (from === undefined || from === to) return;
      line(
        to === "shared" ? "info" : "warn",
        "store_mode_changed",
        { provider, from, to },
        "Limits are kept elsewhere now",
      );
    },
  };
}
