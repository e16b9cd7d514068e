import { type Classify, classifyConnectionError, isSluiceError, type Verdict } from "@sluice/core";
import { requestOf } from "../operations/request.js";
import { transientCodes, transientStatuses } from "../quota/generated/limits.js";
import { retryAfterOf } from "../quota/retry-after.js";
import { isThrottling } from "../quota/throttling.js";

const final: Verdict = { kind: "final" };
const codes: ReadonlySet<string> = new Set(transientCodes);
const statuses: ReadonlySet<number> = new Set(transientStatuses);

/** What an attempt at AWS came to, by the SDK's own lists of codes and statuses. */
export function createClassify(wallNow: () => number): Classify {
  return (settled, call) => {
    const request = requestOf(call);
    // A success, or a hook's veto, which is a decision and not a failure of the request.
    if (settled.ok || settled.error !== request.failure || isSluiceError(settled.error)) return final;
    if (request.mostAttempts !== undefined && call.attempt >= request.mostAttempts) return final;
    const { error } = settled;
    const retryAfter = retryAfterOf(error, wallNow());
    if (isThrottling(error)) return { kind: "throttled", retryAfter };
    const { name, $metadata, $retryable } = error as SdkError;
    // The SDK has set its clock by the answer, and signs anew.
    if ($metadata?.clockSkewCorrected === true) return { kind: "failed", processed: "no", retryAfter };
    const connection = classifyConnectionError(error);
    if (connection.kind !== "final") return connection;
    const passes =
      $retryable !== undefined ||
      (typeof name === "string" && codes.has(name)) ||
      statuses.has($metadata?.httpStatusCode ?? 0);
    return passes ? { kind: "failed", processed: "unknown", retryAfter } : final;
  };
}

interface SdkError {
  readonly name?: unknown;
  readonly $retryable?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly clockSkewCorrected?: boolean };
}
