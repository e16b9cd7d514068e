import { isSluiceError, type Settled } from "@sluice/core";
import type { IsFailure } from "./breaker.js";

/**
 * The default rule: a task that throws has failed. Our own refusals (limits, full queues, other breakers, settings) and aborts say
 * nothing about what was called; a `DEADLINE_EXCEEDED` does, since it is a timeout.
 */
export const thrownIsFailure: IsFailure = (settled) => {
  if (settled.ok) return false;
  if (isSluiceError(settled.error)) return settled.error.code === "DEADLINE_EXCEEDED" ? true : undefined;
  return nameOf(settled.error) === "AbortError" ? undefined : true;
};

/**
 * What an ended task is judged by, or undefined when it was aborted. A signal that aborts because the time ran out stands for a
 * timeout, whatever error the task made of it.
 */
export function judged(settled: Settled, signal: AbortSignal | undefined): Settled | undefined {
  if (settled.ok || signal === undefined || !signal.aborted) return settled;
  return isTimeout(signal.reason) ? { ok: false, error: signal.reason } : undefined;
}

/** Whether a reason for an abort says that the time ran out. */
export function isTimeout(reason: unknown): boolean {
  return isSluiceError(reason) ? reason.code === "DEADLINE_EXCEEDED" : nameOf(reason) === "TimeoutError";
}

function nameOf(value: unknown): unknown {
  return typeof value === "object" && value !== null ? (value as { readonly name?: unknown }).name : undefined;
}
