import {
  type Classify,
  createHookChain,
  createRetryBudget,
  type Hook,
  type HookChain,
  type ReplyReader,
  retry,
  type RetryOptions,
} from "@sluice/core";
import { type Charge, createLimiter, type Limiter, type Quota } from "@sluice/limiter";
import { createMetrics, type Metrics, retryReason } from "@sluice/telemetry";
import type { ApiOptions, Environment, Mode } from "../options/api-options.js";
import { resolveOptions } from "../options/resolve-options.js";
import { type FeedbackRule, rateLimitHook } from "../rate-limit/rate-limit-hook.js";
import { leaseStore } from "../store/shared-stores.js";

/** What a vendor brings. */
export interface VendorParts {
  readonly provider: string;
  /** The operations that metrics may name. */
  readonly knownOperations: readonly string[];
  readonly quota: Quota;
  readonly feedback: FeedbackRule;
  readonly classify: Classify;
  /** The vendor's defaults, which the user's `retry` beats. `false` when the SDK's own options switch retries off. */
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
  /** The limiter of one account; made on first use. */
  limiterFor(account: string): Limiter;
  /** Gives back what the client holds; its waiters fail. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * The chain of a factory: retry, metrics, rate limit, then the user's hooks, around the vendor's transport.
 *
 * @throws ConfigError for any option or variable out of range, before anything is opened.
 */
export function assemble(options: ApiOptions, vendor: VendorParts): Assembly {
  const resolved = resolveOptions(options, vendor.env ?? process.env);
  const metrics = createMetrics({
    ...(options.registry === undefined ? {} : { registry: options.registry }),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    knownOperations: vendor.knownOperations,
    provider: vendor.provider,
  });
  let mode = resolved.mode;
  const retryHook = options.retry === false ? undefined : retryFor(options, vendor, metrics);
  const limiters = createLimiters(options, vendor, resolved, metrics);
  const limit = rateLimitHook({
    limiterFor: limiters.of,
    quota: vendor.quota,
    feedback: vendor.feedback,
    mode: () => mode,
    observer: metrics.limiter,
    maxInFlight: vendor.maxInFlight,
    clock: options.clock,
  });
  return {
    hooks: chainOf(options, vendor, [...(retryHook === undefined ? [] : [retryHook]), metrics.hook, limit]),
    timeoutMs: resolved.timeoutMs,
    get mode() {
      return mode;
    },
    set mode(next) {
      mode = resolveOptions({ mode: next }, {}).mode;
    },
    limiterFor: limiters.of,
    close: limiters.close,
  };
}

/** The chain of a plain constructor: metrics and the user's hooks, nothing that waits or repeats. */
export function assemblePlain(options: Pick<ApiOptions, "hooks" | "registry" | "onHookError" | "clock">, vendor: Pick<VendorParts, "provider" | "knownOperations" | "reply">): HookChain {
  const metrics = createMetrics({
    ...(options.registry === undefined ? {} : { registry: options.registry }),
    knownOperations: vendor.knownOperations,
    provider: vendor.provider,
  });
  return chainOf(options, vendor, [metrics.hook]);
}

function chainOf(options: Pick<ApiOptions, "hooks" | "onHookError" | "clock">, vendor: Pick<VendorParts, "reply">, standard: readonly Hook[]): HookChain {
  return createHookChain({
    hooks: [...standard, ...(options.hooks ?? [])],
    ...(options.onHookError === undefined ? {} : { onHookError: options.onHookError }),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    ...(vendor.reply === undefined ? {} : { reply: vendor.reply }),
  });
}

function createLimiters(options: ApiOptions, vendor: VendorParts, resolved: ReturnType<typeof resolveOptions>, metrics: Metrics): { of: (account: string) => Limiter; close: () => Promise<void> } {
  if (options.limiter !== undefined) {
    const own = options.limiter;
    let first: string | undefined;
    // It stands for one account, the one first asked for; others keep their buckets apart by name.
    return { of: (account) => ((first ??= account) === account ? own : renamed(own, `${account}/`)), close: async () => {} };
  }
  const lease = leaseStore({
    redis: resolved.redis,
    onStoreError: resolved.onStoreError,
    log: options.log,
    clock: options.clock,
    onEvent: (event) => metrics.storeMode(event.type === "store-up" ? "shared" : event.mode),
  });
  metrics.storeMode(lease.kind === "memory" ? "memory" : "shared");
  const byAccount = new Map<string, Limiter>();
  let closing: Promise<void> | undefined;
  return {
    of(account) {
      let limiter = byAccount.get(account);
      if (limiter === undefined) {
        limiter = createLimiter({ store: lease.store, provider: vendor.provider, account, ...(options.clock === undefined ? {} : { clock: options.clock }) });
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
    acquire: (charges, how) => limiter.acquire(named(charges), how),
    peek: (charges) => limiter.peek(named(charges)),
    reserve: (charges, how) => limiter.reserve(named(charges), how),
    observe: (charges, word) => limiter.observe(named(charges), word),
    close: () => limiter.close(),
  };
}

function retryFor(options: ApiOptions, vendor: VendorParts, metrics: Metrics): Hook {
  const given = { ...vendor.retry, ...(options.retry === false ? undefined : options.retry) };
  const time = { ...(options.clock === undefined ? {} : { clock: options.clock }), ...(options.random === undefined ? {} : { random: options.random }) };
  const hookOf = (): Hook => {
    const capacity = vendor.retryCapacity === undefined ? {} : { capacity: vendor.retryCapacity };
    const budget = given.budget ?? createRetryBudget({ ...time, ...capacity });
    return retry({
      classify: vendor.classify,
      ...time,
      ...given,
      budget,
      onRetry: (event) => {
        metrics.retried(event.call, retryReason(event.settled));
        vendor.retry?.onRetry?.(event);
        if (options.retry !== false) options.retry?.onRetry?.(event);
      },
      onRetryAfter: (kind, call) => (kind === "ignored" ? metrics.retryAfterIgnored(call) : metrics.retryAfterCapped(call)),
    });
  };
  // One budget an account: a storm against one must not use up the retries of another.
  const byAccount = new Map<string, Hook>();
  return {
    name: "retry",
    stage: "attempt",
    wrap(next, call) {
      let hook = byAccount.get(call.account);
      if (hook === undefined) {
        hook = hookOf();
        byAccount.set(call.account, hook);
      }
      return (hook.wrap as NonNullable<Hook["wrap"]>)(next, call);
    },
  };
}
