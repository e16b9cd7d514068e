import { WebAPIRequestError } from "@slack/web-api";
import { isSluiceError } from "@sluice/core";

/**
 * The SDK wraps whatever its `fetch` throws as a failed request, unless its retry library is told to stop. A limit, a deadline or
 * the caller's own reason is none: it comes out as it was thrown.
 */
export function bareError(error: unknown, signal: AbortSignal): unknown {
  if (!(error instanceof WebAPIRequestError)) return error;
  if (isSluiceError(error.original)) return error.original;
  return signal.aborted ? signal.reason : error;
}
