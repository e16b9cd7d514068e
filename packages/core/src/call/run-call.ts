import { type Clock, systemClock } from "../clock/clock.js";
import { ConfigError } from "../errors/config-error.js";
import { DeadlineExceededError } from "../errors/deadline-exceeded-error.js";
import type { HookChain } from "../hooks/hook-chain.js";
import { type Call, type CallInit, createCall } from "./call.js";
import { currentContext } from "./context.js";

/** A logical call to be made. */
export interface CallRequest<Args> extends Omit<CallInit<Args>, "deadlineMs" | "priority"> {
  /** Budget for everything: limiter waits, attempts, retries. Unit: milliseconds. Range: > 0, `Infinity` for none. */
  readonly timeoutMs: number;
  readonly clock?: Clock;
}

/**
 * Runs one logical call: the call stage of the chain around `invoke`, inside one deadline. It settles by the deadline and as
 * soon as the caller aborts, whatever hooks and transport do; an abort rejects with the caller's own reason.
 *
 * @throws DeadlineExceededError when the budget runs out.
 */
export async function runCall<Args, Result>(
  chain: HookChain,
  request: CallRequest<Args>,
  invoke: (call: Call) => Promise<Result>,
): Promise<Result> {
  const clock = request.clock ?? systemClock;
  const context = currentContext();
  const timeoutMs = checkTimeout(context.timeoutMs ?? request.timeoutMs);
  const aborts = [request.signal, context.signal].filter((signal) => signal !== undefined);
  for (const signal of aborts) signal.throwIfAborted();

  const controller = new AbortController();
  const call = createCall({
    ...request,
    caller: request.caller ?? context.caller,
    priority: context.priority ?? 0,
    signal: controller.signal,
    deadlineMs: clock.now() + timeoutMs,
  });

  return new Promise<Result>((resolve, reject) => {
    const end = (reason: unknown): void => {
      controller.abort(reason);
      // Whoever heeds the signal rejects first and may add what it knows; nobody can make the caller wait longer.
      setImmediate(() => reject(reason));
    };
    const onAbort = (event: Event): void => end((event.target as AbortSignal).reason);
    const onDeadline = (): void => afterPendingInput(() => end(new DeadlineExceededError(request.operation, timeoutMs)));
    const timer = timeoutMs === Number.POSITIVE_INFINITY ? undefined : clock.setTimer(onDeadline, timeoutMs);
    for (const signal of aborts) signal.addEventListener("abort", onAbort, { once: true });
    const release = (): void => {
      timer?.cancel();
      for (const signal of aborts) signal.removeEventListener("abort", onAbort);
    };
    chain.run("call", call, invoke).then(
      (result) => (release(), resolve(result)),
      (error: unknown) => (release(), reject(error)),
    );
  });
}

/**
 * After a stall of the event loop timers fire before the replies that arrived meanwhile are read; two turns let those replies
 * win over the deadline they did meet.
 */
function afterPendingInput(then: () => void): void {
  setImmediate(() => setImmediate(then));
}

function checkTimeout(timeoutMs: number): number {
  if (typeof timeoutMs === "number" && timeoutMs > 0) return timeoutMs;
  throw new ConfigError({ option: "timeoutMs", accepted: "a number of milliseconds above 0, or Infinity", value: timeoutMs });
}
