import {
  type Classify,
  type Clock,
  createRetryBudget,
  type Hook,
  type Random,
  type ReplyReader,
  retry,
  type RetryHook,
  type RetryOptions,
  type Settled,
  warnOnce,
} from "@sluice/core";
import { type Metrics, retryReason } from "@sluice/telemetry";

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
  readonly metrics: Pick<Metrics, "retried" | "retryAfterIgnored" | "retryAfterCapped">;
  readonly clock: Clock | undefined;
  readonly random: Random | undefined;
}

/**
 * The retry hook of a client, with one budget an account: a storm against one must not use up the retries of another.
 * Retries are counted in the metrics, and the listeners of both vendor and user are told.
 *
 * @throws ConfigError when an option is out of range.
 */
export function retryByAccount({ user, vendor, metrics, clock, random }: RetryParts): Hook {
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
  const hookOf = (): RetryHook =>
    retry({
      ...given,
      budget: given.budget ?? createRetryBudget({ ...time, ...capacity }),
      onRetry(event) {
        metrics.retried(event.call, retryReason(readWith(vendor.reply, event.settled)));
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
    wrap(next, call) {
      let hook = byAccount.get(call.account);
      if (hook === undefined) {
        hook = spare ?? hookOf();
        spare = undefined;
        byAccount.set(call.account, hook);
      }
      return (hook.wrap as NonNullable<Hook["wrap"]>)(next, call);
    },
  };
}

/** What a vendor's reader finds, in the shape that everybody reads. A failure under a good status is told by the failure. */
function readWith(reader: ReplyReader | undefined, settled: Settled): Settled {
  const reply = reader?.(settled.ok ? settled.result : settled.error);
  return reply?.status === undefined || reply.status < 400 ? settled : { ok: true, result: reply };
}
