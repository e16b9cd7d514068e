import { anObject, type Call, type Caller, type Clock, type Hook, type Outcome, systemClock } from "@sluice/core";
import { register } from "prom-client";
import type { MetricsRegistry } from "./families/registry.js";
import type { StoreMode } from "./families/store-mode.js";
import { boardOf } from "./labels/board-of.js";
import type { CallerSeries } from "./labels/caller-series.js";
import { callerText } from "./labels/caller-text.js";
import { labelText, other } from "./labels/label-text.js";
import type { Place } from "./labels/place.js";
import type { StoreClient } from "./labels/store-clients.js";
import type { LimiterObserver } from "./limiter-observer.js";
import { outcomeOfError, outcomeOfStatus, type RequestOutcome, tellsDuration } from "./outcome.js";
import { algorithms, listed } from "./policy/closed-lists.js";
import { inList, type RetryOutcome, type RetryReason } from "./retry-reason.js";

/** What metrics are made for. */
export interface MetricsOptions {
  /** Where the metrics are registered. @defaultValue prom-client's global `register` */
  readonly registry?: MetricsRegistry;
  /** The operations that the `operation` label may name; all others are `other`. @defaultValue the first that come, up to a cap */
  readonly knownOperations?: readonly string[];
  /** The `provider` label of {@link Metrics.storeMode}. @defaultValue empty */
  readonly provider?: string;
  /**
   * The `caller` label of a caller, for who must not show names in metrics: return a team, a hash, or an empty text.
   *
   * @defaultValue namespace, tenant and user, joined by slashes
   */
  readonly callerLabel?: (caller: Caller) => string;
  readonly clock?: Clock;
}

/** Prometheus metrics of one client. */
export interface Metrics {
  /** Observes each HTTP attempt. It belongs outermost inside the retry hook. */
  readonly hook: Hook;
  /** To be told by the rate-limit hook. */
  readonly limiter: LimiterObserver;
  /** An attempt of the call is about to be repeated. */
  retried(call: Call, reason: RetryReason): void;
  /** A call has ended that repeated an attempt, or would have had to. */
  retryEnded(call: Call, reason: RetryReason, outcome: Exclude<RetryOutcome, "repeated">): void;
  /** A store has decided by the algorithm of this name. */
  decided(algorithm: string, durationMs: number): void;
  /** A Retry-After header could not be read. */
  retryAfterIgnored(call: Call): void;
  /** A Retry-After header asked for more than is believed. */
  retryAfterCapped(call: Call): void;
  /** Where this client's limiter keeps its state from now on: the client counts in that mode, and in no other, until {@link Metrics.closed}. */
  storeMode(mode: StoreMode): void;
  /** The client is closed: it counts in no mode any more, whatever `storeMode` is told afterwards. Safe to call twice. */
  closed(): void;
}

/**
 * Makes the metrics of one client. Clients on one registry share its metrics and the caps of its labels. Nothing made here throws,
 * unless `callerLabel` does: from the hook, that goes to the chain's `onHookError` and no call fails; from a member called by hand, to
 * who called it.
 *
 * @throws ConfigError for a `registry` that is none.
 */
export function createMetrics(options: MetricsOptions = {}): Metrics {
  anObject("options", options);
  const board = boardOf(options.registry ?? register, options.clock ?? systemClock);
  const known = options.knownOperations === undefined ? undefined : new Set(options.knownOperations);
  const textOf = options.callerLabel ?? callerText;

  const placeOf = (call: Call): Place =>
    board.place(call.provider, call.account, known === undefined || known.has(call.operation) ? call.operation : other);
  const callerOf = (place: Place, call: Call): CallerSeries =>
    board.caller(place, call.caller === undefined ? "" : labelText(textOf(call.caller)));

  const count = (call: Call, outcome: RequestOutcome, { durationMs }: Outcome): void => {
    const place = placeOf(call);
    callerOf(place, call).countRequest(outcome);
    if (tellsDuration(outcome) && Number.isFinite(durationMs)) place.observeDuration(durationMs / 1000);
  };

  let counted: StoreClient | undefined;
  let over = false;

  return {
    hook: {
      name: "metrics",
      stage: "attempt",
      after: (call, outcome) => count(call, outcomeOfStatus(outcome.status), outcome),
      error: (call, error, outcome) => count(call, outcomeOfError(error, outcome.status, call.signal), outcome),
    },
    limiter: {
      acquired(call, { waitedMs, cost = 1, remaining }) {
        const place = placeOf(call);
        if (cost >= 0 && Number.isFinite(cost)) callerOf(place, call).countAcquired(cost);
        if (Number.isFinite(waitedMs)) place.observeWait(waitedMs / 1000);
        if (remaining !== undefined && Number.isFinite(remaining)) place.setTokens(remaining);
      },
      refused(call, { reason, concurrency }) {
        if (concurrency === true) board.jobs(call.provider, call.account).reject();
        const series = callerOf(placeOf(call), call);
        if (reason === "timeout") series.countTimeout();
        else series.countRejected(reason === "impossible" ? "impossible" : "rejected");
      },
      held: (call, places) => board.jobs(call.provider, call.account).start(places),
    },
    retried: (call, reason) => placeOf(call).countRetry(inList(reason), "repeated"),
    retryEnded: (call, reason, outcome) => placeOf(call).countRetry(inList(reason), outcome),
    decided(algorithm, durationMs) {
      if (!Number.isFinite(durationMs)) return;
      board.families.decision.cell({ algorithm: listed(algorithms, algorithm, other) }).observe(durationMs / 1000);
    },
    retryAfterIgnored: (call) => placeOf(call).countRetryAfterIgnored(),
    retryAfterCapped: (call) => placeOf(call).countRetryAfterCapped(),
    storeMode(mode) {
      if (over) return;
      counted ??= board.storeClients(options.provider ?? "").open();
      counted.set(mode);
    },
    closed() {
      over = true;
      counted?.release();
    },
  };
}
