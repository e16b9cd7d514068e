import { type Call, classifyConnectionError, DeadlineExceededError, isSluiceError } from "@sluice/core";

/** Everything the `outcome` label of a request may say. */
export const requestOutcomes = [
  "ok",
  "client_error",
  "server_error",
  "throttled",
  "network_error",
  "aborted",
  "deadline_exceeded",
  "limit_exceeded",
  "other",
] as const;

/**
 * How one attempt ended. `throttled` is status 429; `client_error` any other 4xx; `network_error` a transport that failed
 * before an answer was complete; `limit_exceeded` a limit that refused, so nothing was sent; `other` everything else, a
 * hook's veto among it.
 */
export type RequestOutcome = (typeof requestOutcomes)[number];

/** The outcome of an attempt that gave a result. */
export function outcomeOfStatus(status: number | undefined): RequestOutcome {
  if (status === undefined || status < 400) return "ok";
  if (status === 429) return "throttled";
  return status < 500 ? "client_error" : "server_error";
}

/** The outcome of an attempt that threw. */
export function outcomeOfError(error: unknown, status: number | undefined, signal: Call["signal"]): RequestOutcome {
  if (isSluiceError(error)) return outcomeOfCode(error.code);
  if (signal.aborted) return isDeadline(signal.reason) ? "deadline_exceeded" : "aborted";
  if (status !== undefined && status >= 400) return outcomeOfStatus(status);
  if (nameOf(error) === "AbortError") return "aborted";
  return failedOnTheWire(error) ? "network_error" : "other";
}

/** Whether the attempt left the process and came to an end by itself, so that its duration says something. */
export function tellsDuration(outcome: RequestOutcome): boolean {
  return outcome === "ok" || outcome.endsWith("_error") || outcome === "throttled";
}

function outcomeOfCode(code: string): RequestOutcome {
  if (code === "LIMIT_EXCEEDED") return "limit_exceeded";
  return code === "DEADLINE_EXCEEDED" ? "deadline_exceeded" : "other";
}

function isDeadline(reason: unknown): boolean {
  return reason instanceof DeadlineExceededError || (isSluiceError(reason) && reason.code === "DEADLINE_EXCEEDED");
}

/** A code that retry understands, any system error, or what `fetch` throws when it got no answer. */
function failedOnTheWire(error: unknown): boolean {
  if (classifyConnectionError(error).kind !== "final") return true;
  for (let depth = 0, cause = error; depth < 5 && typeof cause === "object" && cause !== null; depth += 1) {
    const {
      code,
      syscall,
      message,
      cause: inner,
    } = cause as Partial<Record<"code" | "syscall" | "message" | "cause", unknown>>;
    if (typeof syscall === "string" || (typeof code === "string" && wireCode.test(code))) return true;
    if (cause instanceof TypeError && (message === "fetch failed" || message === "terminated")) return true;
    cause = inner;
  }
  return false;
}

/** Codes of undici, of TLS and of certificates. */
const wireCode = /^(UND_ERR_|ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/;

function nameOf(error: unknown): unknown {
  return typeof error === "object" && error !== null ? (error as { name?: unknown }).name : undefined;
}
