import type { Hook } from "@sluice/core";
import {
  type BreakerObserver,
  createBreakerObserver,
  createLogHook,
  createTracing,
  type LimiterObserver,
  type LogHook,
  type Metrics,
  type Tracing,
} from "@sluice/telemetry";
import type { ApiOptions } from "../options/api-options.js";
import type { RepeatObserver } from "../retry/retry-by-account.js";
import type { VendorParts } from "./assemble.js";

/** Who is told of what a client does, as its options say. */
export interface Observers {
  readonly tracing: Tracing | undefined;
  readonly logs: LogHook | undefined;
  readonly limiter: LimiterObserver;
  readonly repeats: readonly RepeatObserver[];
  readonly onBreaker: BreakerObserver["onEvent"];
  /** Hooks around the whole call. */
  readonly outer: readonly Hook[];
  /** Hooks around each attempt, waits for limits included. */
  readonly attempts: readonly Hook[];
  /** Hooks around what is sent. */
  readonly requests: readonly Hook[];
}

/** @throws ConfigError for an option of tracing or logging that is out of range. */
export function createObservers(
  options: ApiOptions,
  { reply }: Pick<VendorParts, "reply">,
  metrics: Pick<Metrics, "limiter">,
): Observers {
  const tracing = tracingOf(options, reply);
  const logs = logsOf(options);
  const breakers = createBreakerObserver(options.registry === undefined ? {} : { registry: options.registry });
  return {
    tracing,
    logs,
    limiter: logs === undefined ? metrics.limiter : both(metrics.limiter, logs.limiter),
    repeats: [tracing, logs].filter((one) => one !== undefined),
    onBreaker(event) {
      breakers.onEvent(event);
      logs?.onBreaker(event);
    },
    outer: [tracing?.hooks[0], logs?.hooks[0]].filter((hook) => hook !== undefined),
    attempts: logs === undefined ? [] : [logs.hooks[1]],
    requests: tracing === undefined ? [] : [tracing.hooks[1]],
  };
}

function tracingOf({ tracing }: ApiOptions, reply: VendorParts["reply"]): Tracing | undefined {
  if (tracing === undefined || tracing === false) return undefined;
  return createTracing({ ...(tracing === true ? {} : tracing), ...(reply === undefined ? {} : { reply }) });
}

function logsOf({ logging, log, clock }: ApiOptions): LogHook | undefined {
  if (logging === undefined || logging === false || log === undefined) return undefined;
  return createLogHook({ ...(logging === true ? {} : logging), logger: log, clock });
}

function both(one: LimiterObserver, other: LimiterObserver): LimiterObserver {
  return {
    acquired(call, take) {
      one.acquired(call, take);
      other.acquired(call, take);
    },
    refused(call, refusal) {
      one.refused(call, refusal);
      other.refused(call, refusal);
    },
    held: (call, places) => one.held?.(call, places) ?? (() => {}),
  };
}
