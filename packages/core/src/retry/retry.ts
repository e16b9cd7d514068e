import { anObject } from "../errors/ranges.js";
import { type Call, nextAttempt } from "../call/call.js";
import { type Clock, systemClock } from "../clock/clock.js";
import { type Random, systemRandom } from "../clock/random.js";
import { sleep as clockSleep } from "../clock/sleep.js";
import { isSluiceError } from "../errors/sluice-error.js";
import type { Hook } from "../hooks/hook.js";
import { warnOnce } from "../hooks/warn-once.js";
import { fullJitter } from "./backoff.js";
import { type Classify, classifyHttp, type Settled, type Verdict } from "./classify.js";
import { type RetryEvent, resolveRetry, type RetryOptions } from "./options.js";
import { parseRetryAfter } from "./retry-after.js";

/** What a retry hook has seen since it was made. */
export interface RetryCounts {
  retries: number;
  /** Retry-After headers that were neither whole seconds nor an HTTP date. */
  retryAfterIgnored: number;
  /** Retry-After headers above `maxRetryAfterMs`. */
  retryAfterCapped: number;
  /** Retries not made because the budget was empty. */
  budgetExhausted: number;
}

/** The retry hook; it belongs outermost at the attempt stage and runs the rest of the stage once per attempt. */
export interface RetryHook extends Hook {
  readonly name: "retry";
  readonly counts: Readonly<RetryCounts>;
}

/**
 * Decides again after a failed attempt. Waits full jitter (100 ms base, 3.2 s cap) or what Retry-After says, if longer. Repeats a
 * call only when it is idempotent, or was certainly not processed: refused for its rate, or never sent. Does not retry when
 * the wait would pass the call's deadline, when the account's retry budget is empty, when the caller aborted, or when
 * the body was a stream. Giving up, it hands on the last result or error untouched; so it does when a function among the
 * options throws, and warns of it.
 *
 * @throws ConfigError when an option is out of range.
 */
export function retry(options: RetryOptions = {}): RetryHook {
  anObject("options", options);
  const config = resolveRetry(options);
  const clock: Clock = options.clock ?? systemClock;
  const random: Random = options.random ?? systemRandom;
  const sleep = options.sleep ?? ((delayMs: number, signal: AbortSignal) => clockSleep(delayMs, signal, clock));
  const classify: Classify = options.classify ?? classifyHttp;
  const { budget } = options;
  const counts: RetryCounts = { retries: 0, retryAfterIgnored: 0, retryAfterCapped: 0, budgetExhausted: 0 };
  const warn = warnOnce();

  /** A function of the user's that fails must not replace the API's answer: the process is warned, and `otherwise` holds. */
  const asked = <Said>(name: string, ask: () => Said, otherwise: Said): Said => {
    try {
      return ask();
    } catch (error) {
      warn(`${name} failed`, error);
      return otherwise;
    }
  };

  /** The provider's own wait, or 0 where it gave none that can be used. */
  const askedFor = (header: string | null, call: Call): number => {
    const said = parseRetryAfter(header, clock.wallNow());
    if (said.kind === "ignored") {
      counts.retryAfterIgnored += 1;
      asked("onRetryAfter", () => options.onRetryAfter?.("ignored", call), undefined);
    }
    if (said.kind !== "delay") return 0;
    if (said.delayMs <= config.maxRetryAfterMs) return said.delayMs;
    counts.retryAfterCapped += 1;
    asked("onRetryAfter", () => options.onRetryAfter?.("capped", call), undefined);
    return config.maxRetryAfterMs;
  };

  const mayRepeat = (verdict: Exclude<Verdict, { kind: "final" }>, call: Call): boolean =>
    verdict.kind === "throttled" ||
    verdict.processed === "no" ||
    call.idempotent ||
    asked("retryUnclear", () => config.retryUnclear(call), false);

  /** Milliseconds until the next attempt, or undefined for none. */
  const nextDelay = (settled: Settled, call: Call, retriesSoFar: number): number | undefined => {
    // Our own errors are decisions already made: a limit, a deadline, a bad option.
    if (call.signal.aborted || (!settled.ok && isSluiceError(settled.error))) return undefined;
    const verdict = asked("classify", () => classify(settled, call), undefined);
    // Also what is no verdict at all.
    if (verdict?.kind !== "throttled" && verdict?.kind !== "failed") return undefined;
    // Read even when no retry follows: what is ignored is counted.
    const retryAfterMs = askedFor(verdict.retryAfter, call);
    if (retriesSoFar >= config.maxRetries || !mayRepeat(verdict, call)) return undefined;
    // A stream is spent by the attempt that sent it, or may be: it cannot be sent again.
    if (asked("isStream", () => config.isStream(call), true)) return undefined;
    const own = asked("delay", () => options.delay?.(retriesSoFar + 1), Number.NaN);
    const delayMs = Math.max(retryAfterMs, own ?? fullJitter(retriesSoFar + 1, config, random));
    // Also when a `delay` of the user's own came to NaN, or failed.
    if (!(clock.now() + delayMs < call.deadlineMs)) return undefined;
    if (budget !== undefined && !asked("budget", () => budget.trySpend(), false)) {
      counts.budgetExhausted += 1;
      return undefined;
    }
    return delayMs;
  };

  return {
    name: "retry",
    stage: "attempt",
    counts,
    async wrap(next, first) {
      asked("budget", () => budget?.deposit(), undefined);
      let call = first;
      for (let retries = 0; ; retries += 1) {
        const settled = await settle(next, call);
        const delayMs = asked("retry", () => nextDelay(settled, call, retries), undefined);
        if (delayMs === undefined) return unwrap(settled);
        counts.retries += 1;
        const event: RetryEvent = { call, delayMs, settled };
        asked("onRetry", () => options.onRetry?.(event), undefined);
        await sleep(delayMs, call.signal);
        call = nextAttempt(call);
      }
    },
  };
}

type Ended<Result> = Settled &
  ({ readonly ok: true; readonly result: Result } | { readonly ok: false; readonly error: unknown });

async function settle<Result>(next: (call: Call) => Promise<Result>, call: Call): Promise<Ended<Result>> {
  try {
    return { ok: true, result: await next(call) };
  } catch (error) {
    return { ok: false, error };
  }
}

function unwrap<Result>(ended: Ended<Result>): Result {
  if (ended.ok) return ended.result;
  throw ended.error;
}
