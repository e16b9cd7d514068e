import { type Classify, classifyConnectionError, classifyHttp, isSluiceError, type Verdict } from "@sluice/core";
import { requestOf } from "../operations/request.js";
import { replyOf, throttleOf } from "../quota/throttle.js";

const final: Verdict = { kind: "final" };

/** What an attempt at GitHub came to. */
export function createClassify(wallNow: () => number): Classify {
  return (settled, call) => {
    const request = requestOf(call);
    const reply = replyOf(settled.ok ? settled.result : settled.error);
    // What a strategy sends again by itself is repeated, if at all, by the attempt that it is part of.
    if (request.again === true) return final;
    // A hook's veto is a decision, not a failure of the request.
    if (!settled.ok && settled.error !== request.failure) return final;
    if (reply === undefined) return settled.ok ? final : classifyError(settled.error);
    const throttle = throttleOf(reply, wallNow());
    if (throttle !== undefined)
      return { kind: "throttled", retryAfter: String(Math.min(1e12, Math.ceil(throttle.retryAfterMs / 1000))) };
    // Refused before anything was done, and the next attempt has another token.
    if (request.renewal === "due") return { kind: "failed", processed: "no", retryAfter: null };
    return classifyHttp({ ok: true, result: reply }, call);
  };
}

/** Codes of a peer that is not who it should be: the next attempt would meet the same one. */
const wrongPeer = /^(?:CERT_|ERR_TLS_|DEPTH_ZERO|UNABLE_TO_|SELF_SIGNED)/;

function classifyError(error: unknown): Verdict {
  if (isSluiceError(error)) return final;
  const codes = [error, causeOf(error), causeOf(causeOf(error))].map((one) => (one as { code?: unknown } | null)?.code);
  if (codes.some((code) => typeof code === "string" && wrongPeer.test(code))) return final;
  const verdict = classifyConnectionError(error);
  // Without a cause it did not come from the wire: bad options, a strategy that does not know what to do.
  if (verdict.kind !== "final" || causeOf(error) === undefined) return verdict;
  return { kind: "failed", processed: "unknown", retryAfter: null };
}

function causeOf(error: unknown): unknown {
  return (error as { cause?: unknown } | null | undefined)?.cause;
}
