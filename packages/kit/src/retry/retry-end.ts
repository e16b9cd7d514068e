import { type Call, type RetryOptions, type Settled, streamedBody, type Verdict } from "@sluice/core";
import type { RetryOutcome, RetryReason } from "@sluice/telemetry";

/** How a call that repeated something, or would have had to, has ended. */
export interface RetryEnd {
  readonly reason: RetryReason;
  readonly outcome: Exclude<RetryOutcome, "repeated">;
}

/** Follows one call through its attempts. */
export interface AttemptLog {
  /** The newest attempt, and what came of it once it has. */
  last: { readonly call: Call; readonly settled: Settled } | undefined;
  attempts: number;
  /** Why the newest repetition was made. */
  reason: RetryReason | undefined;
}

/** What is known of attempts that may be repeated. */
export interface Verdicts {
  readonly of: (call: Call) => Verdict | undefined;
  readonly options: Pick<RetryOptions, "retryUnclear" | "isStream">;
  readonly reasonOf: (settled: Settled) => RetryReason;
  /** HTTP status, where the end shows one. */
  readonly statusOf: (settled: Settled) => number | undefined;
}

/** Undefined for a call that needed no repetition. */
export function retryEnd({ last, attempts, reason }: AttemptLog, verdicts: Verdicts): RetryEnd | undefined {
  if (last === undefined) return undefined;
  const { call, settled } = last;
  const repeated = attempts > 1;
  const verdict = verdicts.of(call);
  if (verdict !== undefined && !call.signal.aborted && mayRepeat(verdict, call, verdicts.options))
    return { outcome: "exhausted", reason: verdicts.reasonOf(settled) };
  if (!repeated) return undefined;
  const good = settled.ok && verdict === undefined && (verdicts.statusOf(settled) ?? 0) < 400;
  return { outcome: good ? "succeeded" : "failed", reason: reason ?? "other" };
}

/** What the retry hook asks, too, before it looks at time, retries and budget. */
function mayRepeat(verdict: Verdict, call: Call, { retryUnclear, isStream }: Verdicts["options"]): boolean {
  if (verdict.kind === "final") return false;
  const stream = isStream?.(call) ?? (call.state.has(streamedBody) && call.state.get(streamedBody));
  if (stream) return false;
  return verdict.kind === "throttled" || verdict.processed === "no" || call.idempotent || retryUnclear?.(call) === true;
}
