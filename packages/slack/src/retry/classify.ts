import {
  type Classify,
  classifyConnectionError,
  classifyHttp,
  isSluiceError,
  parseRetryAfter,
  type Verdict,
} from "@sluice/core";
import { isThrottled } from "../client/buffered-response.js";
import { requestOf } from "../operations/request.js";

/** What the SDK's own options ask of retries. */
export interface RetryMeaning {
  /** A rate limit is the caller's to handle. */
  readonly rejectRateLimitedCalls: boolean;
  /** The user gave a `retryConfig`: the SDK then repeats after any failure, whatever the status. */
  readonly everyFailure: boolean;
}

const final: Verdict = { kind: "final" };

/** What an attempt at Slack came to. */
export function createClassify({ rejectRateLimitedCalls, everyFailure }: RetryMeaning): Classify {
  return (settled, call) => {
    // A hook's veto is a decision, not a failure of the request.
    if (!settled.ok) return settled.error === requestOf(call).failure ? classifyError(settled.error) : final;
    if (isThrottled(settled.result)) {
      const { status, headers } = settled.result;
      const retryAfter = headers.get("retry-after");
      // The SDK has its own error for a 429 that does not say when; it gets it. It reads no dates, which do say when.
      const untold =
        status === 429 &&
        Number.isNaN(Number.parseInt(retryAfter ?? "", 10)) &&
        parseRetryAfter(retryAfter, 0).kind !== "delay";
      return rejectRateLimitedCalls || untold ? final : { kind: "throttled", retryAfter };
    }
    const verdict = classifyHttp(settled, call);
    const { status } = settled.result as { status: number };
    return verdict.kind === "final" && everyFailure && status !== 200
      ? { kind: "failed", processed: "unknown", retryAfter: null }
      : verdict;
  };
}

/** Codes of a peer that is not who it should be: the next attempt would meet the same one. */
const wrongPeer = /^(?:CERT_|ERR_TLS_|DEPTH_ZERO|UNABLE_TO_|SELF_SIGNED)/;

function classifyError(error: unknown): Verdict {
  if (isSluiceError(error)) return final;
  const { code } = ((error as { cause?: unknown } | null)?.cause ?? {}) as { code?: unknown };
  if (typeof code === "string" && wrongPeer.test(code)) return final;
  const verdict = classifyConnectionError(error);
  return verdict.kind === "final" ? { kind: "failed", processed: "unknown", retryAfter: null } : verdict;
}
