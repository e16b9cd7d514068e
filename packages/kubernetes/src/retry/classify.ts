import { type Classify, classifyConnectionError, isSluiceError, type Verdict } from "@sluice/core";
import { isDisruptionBudget } from "../client/buffered-response.js";
import { readReply } from "../client/reply.js";

const final: Verdict = { kind: "final" };
const unclear = new Set([408, 500, 502, 503, 504]);

/**
 * What an attempt at the API server came to. A 429 was not processed. A 503 that names a time is how the server turns away what it
 * has not begun, while it starts or shuts down; client-go repeats that for every verb, and so do we. Any other 5xx may have had its
 * effect, and only what is idempotent is repeated.
 *
 * @see https://github.com/kubernetes/client-go/blob/master/rest/with_retry.go (read 2026-08)
 */
export const classify: Classify = (settled) => {
  if (!settled.ok) return classifyError(settled.error);
  const { status, headers } = readReply(settled.result);
  const retryAfter = headers?.get("retry-after") ?? null;
  if (status === 429) {
    // Another try would meet the same budget; where the server knows when to come, it says so.
    return retryAfter === null && isDisruptionBudget(settled.result) ? final : { kind: "throttled", retryAfter };
  }
  if (status === undefined || !unclear.has(status)) return final;
  const processed = status === 503 && retryAfter !== null ? "no" : "unknown";
  return { kind: "failed", processed, retryAfter };
};

/** Codes of a peer that is not who it should be: the next attempt would meet the same one. */
const wrongPeer = /^(?:CERT_|ERR_TLS_|DEPTH_ZERO|UNABLE_TO_|SELF_SIGNED)/;

function classifyError(error: unknown): Verdict {
  if (isSluiceError(error) || typeof error !== "object" || error === null) return final;
  const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
  if (typeof code === "string" && wrongPeer.test(code)) return final;
  const verdict = classifyConnectionError(error);
  // What the SDK's transport fails with has no code where a body was cut.
  const failed = verdict.kind === "final" && name === "FetchError";
  return failed ? { kind: "failed", processed: "unknown", retryAfter: null } : verdict;
}
