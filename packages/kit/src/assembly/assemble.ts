import {
  type Classify,
  createHookChain,
  type Hook,
  type HookChain,
  type ReplyReader,
  type RetryOptions,
  systemClock,
} from "@sluice/core";
import type { BreakerRuleOptions, Limiter, Quota } from "@sluice/limiter";
import { createMetrics, type Metrics } from "@sluice/telemetry";
import { accountBreakers } from "../breaker/account-breakers.js";
import type { ApiLimits } from "../limits/api-limits.js";
import { createApiLimits } from "../limits/create-api-limits.js";
import type { VendorLimits } from "../limits/vendor-limits.js";
import { createWaitingCalls } from "../limits/waiting-calls.js";
import type { ApiOptions, Environment, Mode } from "../options/api-options.js";
import { checkMode, resolveOptions } from "../options/resolve-options.js";
import type { FeedbackRule } from "../rate-limit/feedback.js";
import { rateLimitHook } from "../rate-limit/rate-limit-hook.js";
import { closed, createLimiters } from "./limiters.js";
import { createObservers } from "./observers.js";
import { retryByAccount } from "../retry/retry-by-account.js";
import { leaseStore, type StoreLease } from "../store/shared-stores.js";
import { type SharedTokens, sharedTokens } from "../tokens/shared-tokens.js";

/** What a vendor brings. */
export interface VendorParts {
  readonly provider: string;
  /** The operations that metrics may name. @defaultValue the first that come, up to a cap */
  readonly knownOperations?: readonly string[] | undefined;
  readonly quota: Quota;
  /** Whether that is a function of the user's own, of which nothing is published. @defaultValue false */
  readonly ownQuota?: boolean | undefined;
  readonly feedback: FeedbackRule;
  readonly classify: Classify;
  /** The vendor's defaults, which the user's `retry` beats. The listeners of both are told. */
  readonly retry?: Omit<RetryOptions, "classify" | "budget"> | undefined;
  /** Retries that a rested account may make at once. @defaultValue see `createRetryBudget` */
  readonly retryCapacity?: number | undefined;
  /** Most requests in flight of this client. */
  readonly maxInFlight?: number | undefined;
  /** Rules of a breaker for each account, when the user's `breaker` does not say otherwise. @defaultValue no breaker */
  readonly breaker?: BreakerRuleOptions | undefined;
  /** Reads status and headers from the SDK's results and errors. */
  readonly reply?: ReplyReader | undefined;
  readonly env?: Environment | undefined;
}

/** A client's chain, with the means behind it. */
export interface Assembly {
  readonly hooks: HookChain;
  readonly timeoutMs: number;
  mode: Mode;
  /**
   * The limiter of one account; made on first use.
   *
   * @throws SluiceError `LIMITER_CLOSED` for a new account when the client is closed.
   */
  limiterFor(account: string): Limiter;
  /** The limits as users ask about them: the client's `limits()`. */
  limits(vendor: VendorLimits): ApiLimits;
  /** Tokens that the fleet gets from the provider once; the store is asked on first use. */
  readonly tokens: SharedTokens;
  /** Gives back what the client holds; its waiters fail. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * The chain of a factory: retry, metrics, rate limit, then the user's hooks, around the vendor's transport.
 *
 * @throws ConfigError for any option or variable out of range, and SluiceError `HOOK_INVALID` for hooks that do not fit
 * together, before anything is opened.
 */
export function assemble(options: ApiOptions, vendor: VendorParts): Assembly {
  const resolved = resolveOptions(options, vendor.env ?? process.env);
  const metrics = metricsFor(options, vendor);
  const observers = createObservers(options, vendor, metrics);
  const { tracing, logs } = observers;
  let mode = resolved.mode;
  const clock = options.clock ?? systemClock;
  const waiting = createWaitingCalls(clock);
  const rateLimit = rateLimitHook({
    limiterFor: (account) => limiters.of(account),
    quota: vendor.quota,
    feedback: vendor.feedback,
    mode: () => mode,
    observer: observers.limiter,
    tracing,
    maxInFlight: vendor.maxInFlight,
    placesFailClosed: resolved.onStoreError === "closed",
    onHookError: options.onHookError,
    clock: options.clock,
  });
  const retries =
    options.retry === false
      ? []
      : [
          retryByAccount({
            user: options.retry,
            vendor,
            metrics,
            observers: observers.repeats,
            clock: options.clock,
            random: options.random,
          }),
        ];
  const rules = resolved.breaker ?? vendor.breaker;
  const breaker =
    rules === false || rules === undefined
      ? undefined
      : accountBreakers({
          provider: vendor.provider,
          rules,
          store: () => lease().companions.breakers(),
          reply: vendor.reply,
          onEvent: observers.onBreaker,
          mode: () => mode,
          clock: options.clock,
        });
  const hooks = chainOf(options, vendor, [
    ...observers.outer,
    ...retries,
    metrics.hook,
    ...observers.attempts,
    ...(breaker === undefined ? [] : [breaker.hook]),
    waiting.around(rateLimit),
    ...observers.requests,
  ]);
  // Last: a store that is leased has to be released, and until here something may be refused.
  let leased: StoreLease | undefined;
  const lease = (): StoreLease =>
    (leased ??= leaseStore({
      redis: resolved.redis,
      onStoreError: resolved.onStoreError,
      log: options.log,
      clock: options.clock,
      // Of a limiter of the user's own only they know where it keeps its buckets.
      onMode: options.limiter === undefined ? metrics.storeMode : () => {},
    }));
  const limiters = createLimiters(options, vendor, lease, { metrics, tracing });
  const companions = (): StoreLease["companions"] => {
    if (closing !== undefined) throw closed();
    return lease().companions;
  };
  let closing: Promise<void> | undefined;
  return {
    hooks,
    timeoutMs: resolved.timeoutMs,
    get mode() {
      return mode;
    },
    set mode(next) {
      const from = mode;
      mode = checkMode(next);
      if (mode !== from) logs?.modeChanged({ provider: vendor.provider, from, to: mode });
    },
    limiterFor: limiters.of,
    limits: (of) =>
      createApiLimits(
        { provider: vendor.provider, quota: vendor.quota, limiters, waiting, mode: () => mode, clock },
        of,
        vendor.ownQuota ?? false,
      ),
    tokens: sharedTokens({
      provider: vendor.provider,
      lock: () => companions().lock(),
      states: () => companions().states(),
      clock,
    }),
    close() {
      // At once: a client that ends is none that Redis is away for, however long the rest takes.
      metrics.closed();
      closing ??= Promise.all([limiters.close(), breaker?.close()]).then(() => leased?.release());
      return closing;
    },
  };
}

/** Options of a plain client. */
export type PlainOptions = Pick<ApiOptions, "hooks" | "registry" | "onHookError" | "clock">;

/** The chain of a plain constructor: metrics and the user's hooks, nothing that waits or repeats. */
export function assemblePlain(
  options: PlainOptions,
  vendor: Pick<VendorParts, "provider" | "knownOperations" | "reply">,
): HookChain {
  return chainOf(options, vendor, [metricsFor(options, vendor).hook]);
}

function metricsFor(
  { registry, clock }: PlainOptions,
  { provider, knownOperations }: Pick<VendorParts, "provider" | "knownOperations">,
): Metrics {
  return createMetrics({
    ...(registry === undefined ? {} : { registry }),
    ...(clock === undefined ? {} : { clock }),
    ...(knownOperations === undefined ? {} : { knownOperations }),
    provider,
  });
}

function chainOf(options: PlainOptions, vendor: Pick<VendorParts, "reply">, standard: readonly Hook[]): HookChain {
  return createHookChain({
    hooks: [...standard, ...(options.hooks ?? [])],
    ...(options.onHookError === undefined ? {} : { onHookError: options.onHookError }),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    ...(vendor.reply === undefined ? {} : { reply: vendor.reply }),
  });
}
