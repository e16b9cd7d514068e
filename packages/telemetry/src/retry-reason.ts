import { readReply, type Settled } from "@sluice/core";
import { outcomeOfError, outcomeOfStatus } from "./outcome.js";

/** Everything the `reason` label of a retry may say. */
export const retryReasons = ["throttled", "server_error", "network_error", "other"] as const;

/** Why an attempt is repeated. */
export type RetryReason = (typeof retryReasons)[number];

/** Everything the `outcome` label of a retry may say. */
export const retryOutcomes = ["repeated", "succeeded", "failed", "exhausted"] as const;

/**
 * `repeated`: an attempt failed and is made again. `succeeded` and `failed`: so a call ended that repeated something. `exhausted`: a call
 * ended with a failure that might have been repeated, had there been time, retries or budget left.
 */
export type RetryOutcome = (typeof retryOutcomes)[number];

const never = new AbortController().signal;

/** The reason that lies in an attempt's end, as a retry hook's `onRetry` sees it. */
export function retryReason(settled: Settled): RetryReason {
  const { status } = readReply(settled.ok ? settled.result : settled.error);
  return inList(settled.ok ? outcomeOfStatus(status) : outcomeOfError(settled.error, status, never));
}

/** The text if the list has it, else `other`. */
export function inList(reason: string): RetryReason {
  return retryReasons.find((known) => known === reason) ?? "other";
}
