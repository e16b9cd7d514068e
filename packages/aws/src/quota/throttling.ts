import { throttlingCodes } from "./generated/limits.js";

const codes: ReadonlySet<string> = new Set(throttlingCodes);

/** Refusals for what is going on elsewhere, and not for the rate: nothing was too fast. */
const busy: ReadonlySet<string> = new Set(["PriorRequestNotComplete", "TransactionInProgressException"]);

/** An error of the SDK, as far as it tells about refusals. */
interface SdkError {
  readonly name?: unknown;
  readonly $retryable?: { readonly throttling?: unknown };
  readonly $metadata?: { readonly httpStatusCode?: unknown };
}

/**
 * Whether AWS refused for the rate: by the code, with whatever status, since many services answer 400 and errors need not be
 * marked as retryable; by status 429; or by the mark.
 */
export function isThrottling(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const { $metadata, $retryable, name } = error as SdkError;
  return (
    $metadata?.httpStatusCode === 429 ||
    $retryable?.throttling === true ||
    (typeof name === "string" && codes.has(name))
  );
}

/** Whether a refusal says that the buckets were too generous. */
export function isForTheRate(error: unknown): boolean {
  const { name } = error as SdkError;
  return isThrottling(error) && !(typeof name === "string" && busy.has(name));
}
