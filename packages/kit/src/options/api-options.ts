import type { Clock, Hook, HookFailure, Random, RetryOptions } from "@sluice/core";
import type { BreakerRuleOptions, Limiter } from "@sluice/limiter";
import type { OnStoreError, RedisClient, RedisConnectionOptions } from "@sluice/limiter-redis";
import type { LogHookOptions, MetricsRegistry, TracingOptions } from "@sluice/telemetry";
import type { Logger } from "./logger.js";

/** `enforce` waits and refuses; `shadow` decides and records but never acts; `disabled` does nothing. */
export type Mode = "enforce" | "shadow" | "disabled";

/** What every factory takes beside its SDK's own options. Options beat the environment. */
export interface ApiOptions {
  /**
   * Where the limits are shared: a URL (`redis://`, `redis+sentinel://`, `redis+cluster://`, `rediss…`), options with a URL in them,
   * or a client of ioredis that you own.
   *
   * @defaultValue `REDIS_URL`, else in memory, with one warning
   */
  readonly redis?: string | RedisClient | RedisSettings | undefined;
  /** A limiter of your own, in place of one made from `redis`; not closed by `close()`. */
  readonly limiter?: Limiter | undefined;
  /** @defaultValue `SLUICE_MODE`, else `"enforce"` */
  readonly mode?: Mode | undefined;
  /** Your hooks, innermost of their stage. */
  readonly hooks?: readonly Hook[] | undefined;
  /**
   * Budget of one call, waits for tokens and retries included.
   * Unit: milliseconds. Range: > 0, `Infinity` for none.
   *
   * @defaultValue 30000
   */
  readonly timeoutMs?: number | undefined;
  /** How failed attempts are repeated; `false` for never. */
  readonly retry?: RetryOptions | false | undefined;
  /**
   * A circuit breaker for each account, shared by the fleet: while the provider is known to be down, calls fail at once with a
   * CircuitOpenError and take no tokens. `true` for the default rules, `false` for none.
   *
   * @defaultValue the vendor's
   */
  readonly breaker?: BreakerRuleOptions | boolean | undefined;
  /** Where metrics go. @defaultValue prom-client's global registry */
  readonly registry?: MetricsRegistry | undefined;
  /**
   * While Redis cannot be asked: take this process's share (`local`), admit (`open`) or refuse (`closed`).
   *
   * @defaultValue `SLUICE_ON_STORE_ERROR`, else `"local"`
   */
  readonly onStoreError?: OnStoreError | undefined;
  /** Told when an observing hook fails. @defaultValue a process warning */
  readonly onHookError?: ((failure: HookFailure) => void) | undefined;
  /** Told what operators should know, pino-shaped. @defaultValue process warnings */
  readonly log?: Logger | undefined;
  /**
   * OpenTelemetry spans for calls, waits, requests and commands of the store. `true` sends them to the SDK that is registered; while there
   * is none, nothing happens.
   *
   * @defaultValue false
   */
  readonly tracing?: boolean | Omit<TracingOptions, "reply"> | undefined;
  /**
   * A line in `log` for each refusal, failed call, repetition, change of a breaker or of the mode; of each kind no more than 10 a second.
   *
   * @defaultValue false
   */
  readonly logging?: boolean | Pick<LogHookOptions, "perSecond" | "slowWaitMs" | "callerLabel"> | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

/** A URL, with what does not go into one: a password that changes, certificates, timeouts. */
export type RedisSettings = Omit<RedisConnectionOptions, "client" | "url"> & { readonly url: string };

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;
