import {
  type Classify,
  createHookChain,
  type Hook,
  type HookChain,
  type ReplyReader,
  type RetryOptions,
  SluiceError,
} from "@sluice/core";
import { type Charge, createLimiter, type Limiter, type Quota } from "@sluice/limiter";
import { createMetrics, type Metrics } from "@sluice/telemetry";
import type { ApiOptions, Environment, Mode } from "../options/api-options.js";
import { checkMode, type ResolvedOptions, resolveOptions } from "../options/resolve-options.js";
import type { FeedbackRule } from "../rate-limit/feedback.js";
import { rateLimitHook } from "../rate-limit/rate-limit-hook.js";
import { retryByAccount } from "../retry/retry-by-account.js";
import { leaseStore } from "../store/shared-stores.js";

/** What a vendor brings. */
export interface VendorParts {
  readonly provider: string;
  /** The operations that metrics may name. */
  readonly knownOperations: readonly string[];
  readonly quota: Quota;
  readonly feedback: FeedbackRule;
  readonly classify: Classify;
  /** The vendor's defaults, which the user's `retry` beats. The listeners of both are told. */
  readonly retry?: Omit<RetryOptions, "classify" | "budget"> | undefined;
  /** Retries that a rested account may make at once. @defaultValue see `createRetryBudget` */
  readonly retryCapacity?: number | undefined;
  /** Most requests in flight of this client. */
  readonly maxInFlight?: number | undefined;
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
  let mode = resolved.mode;
  const limit = rateLimitHook({
    limiterFor: (account) => limiters.of(account),
    quota: vendor.quota,
    feedback: vendor.feedback,
    mode: () => mode,
    observer: metrics.limiter,
    maxInFlight: vendor.maxInFlight,
    onHookError: options.onHookError,
    clock: options.clock,
  });
  const retries =
    options.retry === false
      ? []
      : [retryByAccount({ user: options.retry, vendor, metrics, clock: options.clock, random: options.random })];
  const hooks = chainOf(options, vendor, [...retries, metrics.hook, limit]);
  // Last: a store that is leased has to be released, and until here something may be refused.
  const limiters = createLimiters(options, vendor, resolved, metrics);
  return {
    hooks,
    timeoutMs: resolved.timeoutMs,
    get mode() {
      return mode;
    },
    set mode(next) {
      mode = checkMode(next);
    },
    limiterFor: limiters.of,
    close: limiters.close,
  };
}

type PlainOptions = Pick<ApiOptions, "hooks" | "registry" | "onHookError" | "clock">;

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
    knownOperations,
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

interface Limiters {
  readonly of: (account: string) => Limiter;
  readonly close: () => Promise<void>;
}

function createLimiters(
  options: ApiOptions,
  vendor: VendorParts,
  resolved: ResolvedOptions,
  metrics: Metrics,
): Limiters {
  if (options.limiter !== undefined) {
    const own = options.limiter;
    let first: string | undefined;
    // It stands for one account, the one first asked for; others keep their buckets apart by name.
    return {
      of: (account) => ((first ??= account) === account ? own : renamed(own, `${account}/`)),
      close: async () => {},
    };
  }
  const lease = leaseStore({
    redis: resolved.redis,
    onStoreError: resolved.onStoreError,
    log: options.log,
    clock: options.clock,
    onMode: metrics.storeMode,
  });
  metrics.storeMode(lease.mode);
  const byAccount = new Map<string, Limiter>();
  let closing: Promise<void> | undefined;
  return {
    of(account) {
      let limiter = byAccount.get(account);
      if (limiter === undefined) {
        if (closing !== undefined)
          throw new SluiceError("LIMITER_CLOSED", "The client is closed; make a new one to go on");
        limiter = createLimiter({
          store: lease.store,
          provider: vendor.provider,
          account,
          ...(options.clock === undefined ? {} : { clock: options.clock }),
        });
        byAccount.set(account, limiter);
      }
      return limiter;
    },
    close() {
      closing ??= Promise.all([...byAccount.values()].map((limiter) => limiter.close())).then(() => lease.release());
      return closing;
    },
  };
}

/** The limiter with a prefix before the name of every bucket. */
function renamed(limiter: Limiter, prefix: string): Limiter {
  const named = (charges: Charge | readonly Charge[]): readonly Charge[] =>
    [charges].flat().map((charge) => ({ ...charge, bucket: `${prefix}${charge.bucket}` }));
  return {
    tryAcquire: (charges) => limiter.tryAcquire(named(charges)),
    tryAcquireSync: (charges) => limiter.tryAcquireSync(named(charges)),
    acquire: (charges, how) => limiter.acquire(named(charges), how),
    peek: (charges) => limiter.peek(named(charges)),
    reserve: (charges, how) => limiter.reserve(named(charges), how),
    observe: (charges, word) => limiter.observe(named(charges), word),
    get mode() {
      return limiter.mode;
    },
    set mode(mode) {
      limiter.mode = mode;
    },
    close: () => limiter.close(),
  };
}
