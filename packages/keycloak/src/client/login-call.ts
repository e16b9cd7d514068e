import { createCall, DeadlineExceededError, systemClock } from "@sluice/core";
import { login, verbOf } from "../operations/operation.js";
import { type Sender, sendRequest } from "./attempts.js";
import type { LogicalCall } from "./logical-call.js";
import { withScopedFetch } from "./scoped-fetch.js";

/** What a login needs to know of its client. */
export interface LoginCall {
  readonly sender: Sender;
  readonly account: string;
  /** Budget of a login, its waits and retries included. Unit: milliseconds. */
  readonly timeoutMs: number;
  readonly secrets: readonly string[];
}

/** Before the calls that wait for it. */
const PRIORITY = 1;

/**
 * Runs a login that no single call owns: its requests pass the attempt stage, under a deadline of its own, so that the end of one of
 * the calls that wait for it does not end it for all.
 */
export async function runLogin<Result>(
  { sender, account, timeoutMs, secrets }: LoginCall,
  signal: AbortSignal | undefined,
  run: () => Promise<Result>,
): Promise<Result> {
  const clock = sender.clock ?? systemClock;
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal?.reason);
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  const late = (): void => controller.abort(new DeadlineExceededError(login, timeoutMs));
  const timer = timeoutMs === Number.POSITIVE_INFINITY ? undefined : clock.setTimer(late, timeoutMs);
  const call = createCall({
    provider: "keycloak",
    account,
    operation: login,
    verb: verbOf(login),
    signal: controller.signal,
    deadlineMs: clock.now() + timeoutMs,
    priority: PRIORITY,
  });
  try {
    return await withScopedFetch(logicalCall({ sender, owner: controller, call, secrets: new Set(secrets) }), run);
  } catch (error) {
    // The transport's own words for an abort say less than the reason.
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    timer?.cancel();
    signal?.removeEventListener("abort", onAbort);
  }
}

/** The context in which the SDK works on a call. */
export function logicalCall(
  parts: Pick<LogicalCall, "owner" | "call" | "secrets"> & { readonly sender: Sender },
): LogicalCall {
  const { sender, owner, call, secrets } = parts;
  const send: LogicalCall["send"] = (logical, input, init) => sendRequest(sender, logical, input, init);
  return { owner, call, operation: call.operation, secrets, send };
}
