import type { Call } from "../call/call.js";
import { isSluiceError } from "../errors/sluice-error.js";
import { readReply } from "../hooks/reply.js";

/** What an attempt came to, as a vendor's rule sees it. */
export type Verdict =
  /** A success, or a failure that the next attempt would meet again. */
  | { readonly kind: "final" }
  /** Refused for its rate, so not processed. `retryAfter` is the raw header. */
  | { readonly kind: "throttled"; readonly retryAfter: string | null }
  /** Failed in a way that may pass. `processed: "no"`: it certainly had no effect. */
  | { readonly kind: "failed"; readonly processed: "no" | "unknown"; readonly retryAfter: string | null };

/** An attempt's end: a result or an error. */
export type Settled = { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly error: unknown };

/** A vendor's rule. */
export type Classify = (settled: Settled, call: Call) => Verdict;

const final: Verdict = { kind: "final" };
const unclear = new Set([408, 500, 502, 503, 504]);

/** The rule for plain HTTP: 429 throttles; 408 and 5xx may pass; a connection that was never made sent nothing. */
export const classifyHttp: Classify = (settled) => {
  const { status, headers } = readReply(settled.ok ? settled.result : settled.error);
  if (status !== undefined) {
    const retryAfter = headers?.get("retry-after") ?? null;
    if (status === 429) return { kind: "throttled", retryAfter };
    return unclear.has(status) ? { kind: "failed", processed: "unknown", retryAfter } : final;
  }
  if (settled.ok || isSluiceError(settled.error)) return final;
  return classifyConnectionError(settled.error);
};

// Codes of errors raised before a byte of the request could leave.
const notSent = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);
const mayPass = new Set([
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "UND_ERR_SOCKET",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "TimeoutError",
]);

/**
 * Looks through a transport error, its causes and the errors it gathers for codes that are understood. One sign that the
 * request may have left outweighs any sign that it did not.
 */
export function classifyConnectionError(error: unknown): Verdict {
  const codes = codesOf(error);
  if (codes.some((code) => mayPass.has(code))) return { kind: "failed", processed: "unknown", retryAfter: null };
  return codes.some((code) => notSent.has(code)) ? { kind: "failed", processed: "no", retryAfter: null } : final;
}

function codesOf(error: unknown, depth = 0): string[] {
  if (typeof error !== "object" || error === null || depth > 4) return [];
  const { code, name, cause, errors } = error as { code?: unknown; name?: unknown; cause?: unknown; errors?: unknown };
  const inner = Array.isArray(errors) ? errors.flatMap((one) => codesOf(one, depth + 1)) : [];
  return [...[code, name].filter((text) => typeof text === "string"), ...codesOf(cause, depth + 1), ...inner];
}
