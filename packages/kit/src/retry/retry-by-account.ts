import {
  type Call,
  type Classify,
  type Clock,
  createRetryBudget,
  type Hook,
  type Next,
  type Random,
  readReply,
  type ReplyReader,
  retry,
  type RetryEvent,
  type RetryHook,
  type RetryOptions,
  type Settled,
  type Verdict,
  warnOnce,
} from "@sluice/core";
import { type Metrics, type RetryReason, retryReason } from "@sluice/telemetry";
import { type AttemptLog, retryEnd } from "./retry-end.js";

/** What a client's retries are made of. */
export interface RetryParts {
  /** The user's options, which beat the vendor's. */
  readonly user: RetryOptions | undefined;
  readonly vendor: {
    readonly classify: Classify;
    readonly retry?: RetryOptions | undefined;
    readonly retryCapacity?: number | undefined;
    readonly reply?: ReplyReader | undefined;
  };
  readonly metrics: Pick<Metrics, "retried" | "retryEnded" | "retryAfterIgnored" | "retryAfterCapped">;
  /** Told beside the metrics. */
  readonly observers?: readonly RepeatObserver[] | undefined;
  readonly clock: Clock | undefined;
  readonly random: Random | undefined;
}

/** Told of each attempt that is about to be repeated. */
export interface RepeatObserver {
  retried(call: Call, about: { readonly delayMs: number; readonly reason: RetryReason }): void;
}

/**
 * The retry hook of a client, with one budget an account: a storm against one must not use up the retries of another.
 * Retries are counted in the metrics, and the listeners of both vendor and user are told.
 *
 * @throws ConfigError when an option is out of range.
 */
export function retryByAccount({ user, vendor, metrics, observers = [], clock, random }: RetryParts): Hook {
  const time = { ...(clock === undefined ? {} : { clock }), ...(random === undefined ? {} : { random }) };
  const given: RetryOptions = { classify: vendor.classify, ...time, ...vendor.retry, ...user };
  const capacity = vendor.retryCapacity === undefined ? {} : { capacity: vendor.retryCapacity };
  const warn = warnOnce("SLUICE_RETRY_LISTENER");

  /** A listener that fails must decide neither what becomes of the call nor who else is told. */
  const quietly = (tell: () => void): void => {
    try {
      tell();
    } catch (error) {
      warn("A listener to retries failed", error);
    }
  };
  const reasonOf = (settled: Settled): RetryReason => retryReason(readWith(vendor.reply, settled));
  const statusOf = (settled: Settled): number | undefined => {
    const read = readWith(vendor.reply, settled);
    return readReply(read.ok ? read.result : read.error).status;
  };
  /** Of attempts that may be repeated; the rest is not worth a note. */
  const notFinal = new WeakMap<Call["progress"], Verdict>();
  const reasons = new WeakMap<Call["progress"], RetryReason>();
  const classify: Classify = (settled, call) => {
    const verdict = (given.classify ?? vendor.classify)(settled, call);
    if (verdict.kind !== "final") notFinal.set(call.progress, verdict);
    return verdict;
  };

  const repeated = (event: RetryEvent): void => {
    const { call, delayMs } = event;
    const reason = reasonOf(event.settled);
    reasons.set(wholeOf(call), reason);
    metrics.retried(call, reason);
    for (const observer of observers) quietly(() => observer.retried(call, { delayMs, reason }));
  };

  const hookOf = (): RetryHook =>
    retry({
      ...given,
      classify,
      budget: given.budget ?? createRetryBudget({ ...time, ...capacity }),
      onRetry(event) {
        repeated(event);
        quietly(() => vendor.retry?.onRetry?.(event));
        quietly(() => user?.onRetry?.(event));
      },
      onRetryAfter(problem, call) {
        if (problem === "ignored") metrics.retryAfterIgnored(call);
        else metrics.retryAfterCapped(call);
        quietly(() => vendor.retry?.onRetryAfter?.(problem, call));
        quietly(() => user?.onRetryAfter?.(problem, call));
      },
    });

  // The first is made at once, so that wrong options are refused at the start.
  let spare: RetryHook | undefined = hookOf();
  const byAccount = new Map<string, RetryHook>();
  return {
    name: "retry",
    stage: "attempt",
    async wrap(next, call) {
      let hook = byAccount.get(call.account);
      if (hook === undefined) {
        hook = spare ?? hookOf();
        spare = undefined;
        byAccount.set(call.account, hook);
      }
      const log: AttemptLog = { last: undefined, attempts: 0, reason: undefined };
      try {
        return await (hook.wrap as NonNullable<Hook["wrap"]>)(logged(next, log), call);
      } finally {
        log.reason = reasons.get(wholeOf(call));
        const end = retryEnd(log, { of: ({ progress }) => notFinal.get(progress), options: given, reasonOf, statusOf });
        if (end !== undefined) metrics.retryEnded(call, end.reason, end.outcome);
      }
    },
  };
}

/** The same, noting what came of each attempt. */
function logged<Result>(next: Next<Result>, log: AttemptLog): Next<Result> {
  return async (call) => {
    log.attempts += 1;
    log.last = undefined;
    try {
      const result = await next(call);
      log.last = { call, settled: { ok: true, result } };
      return result;
    } catch (error) {
      log.last = { call, settled: { ok: false, error } };
      throw error;
    }
  };
}

/** The same for all attempts of a call. */
function wholeOf({ progress }: Call): Call["progress"] {
  return progress.parent ?? progress;
}

/** What a vendor's reader finds, in the shape that everybody reads. A failure under a good status is told by the failure. */
function readWith(reader: ReplyReader | undefined, settled: Settled): Settled {
  const reply = reader?.(settled.ok ? settled.result : settled.error);
  return reply?.status === undefined || reply.status < 400 ? settled : { ok: true, result: reply };
}
