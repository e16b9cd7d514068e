import { type Clock, systemClock } from "../clock/clock.js";
import { ConfigError } from "../errors/config-error.js";
import { DeadlineExceededError } from "../errors/deadline-exceeded-error.js";
import { isSluiceError } from "../errors/sluice-error.js";
import type { HookChain } from "../hooks/hook-chain.js";
import { outcomeKnown } from "../hooks/observe.js";
import { onAbort } from "./abort-listeners.js";
import { afterPendingInput } from "./after-pending-input.js";
import { type Call, type CallInit, createCall } from "./call.js";
import { surroundings } from "./context.js";

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
 * @throws ConfigError when timeout or priority are out of range.
 */
export async function runCall<Args, Result>(
  chain: HookChain,
  request: CallRequest<Args>,
  invoke: (call: Call) => Promise<Result>,
): Promise<Result> {
  const clock = request.clock ?? systemClock;
  const context = surroundings();
  const timeoutMs = checkTimeout(context.timeoutMs ?? request.timeoutMs);
  const aborts = request.signal === undefined ? context.signals : [request.signal, ...context.signals];
  for (const signal of aborts) signal.throwIfAborted();

  const controller = new AbortController();
  const call = createCall({
    ...request,
    caller: request.caller ?? context.caller,
    priority: checkPriority(context.priority ?? 0),
    signal: controller.signal,
    deadlineMs: clock.now() + timeoutMs,
  });

  return new Promise<Result>((resolve, reject) => {
    let settled = false;
    /** Why the call was cut short, once it was. */
    let cut: { readonly reason: unknown; readonly byCaller: boolean } | undefined;

    const end = (reason: unknown, byCaller: boolean): void => {
      // An answer that won the race keeps its signal: its body may still be on the way.
      if (settled || cut !== undefined) return;
      cut = { reason, byCaller };
      release();
      controller.abort(reason);
      // Observers that are cut off now still let a result through; nobody can make the caller wait longer.
      setImmediate(() => reject(reason));
    };
    const onDeadline = (): void =>
      afterPendingInput(() => end(new DeadlineExceededError(request.operation, timeoutMs), false));
    const timer = timeoutMs === Number.POSITIVE_INFINITY ? undefined : clock.setTimer(onDeadline, timeoutMs);
    const leave = aborts.map((signal) => onAbort(signal, () => end(signal.reason, true)));
    const release = (): void => {
      timer?.cancel();
      for (const off of leave) off();
    };
    const settle = (): void => {
      settled = true;
      release();
    };

    started(() => chain.run("call", call, invoke)).then(
      (result) => (settle(), resolve(result)),
      (error: unknown) => {
        settle();
        reject(cut === undefined || (!cut.byCaller && tellsMore(call, error)) ? error : cut.reason);
      },
    );
  });
}

/** A chain that is not ours may throw or give a plain value; what has been set up for the call is taken back all the same. */
function started<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return Promise.resolve(run());
  } catch (error) {
    return Promise.reject(error);
  }
}

/**
 * What a transport makes of the signal, a "canceled" error of its own, says less than that the time was up. Errors of ours
 * may say which limit the time went into; and an API's answer that only an observer held up stands.
 */
function tellsMore(call: Call, error: unknown): boolean {
  return isSluiceError(error) || call.state.has(outcomeKnown);
}

function checkTimeout(timeoutMs: number): number {
  if (typeof timeoutMs === "number" && timeoutMs > 0) return timeoutMs;
  throw new ConfigError({
    option: "timeoutMs",
    accepted: "a number of milliseconds above 0, or Infinity",
    value: timeoutMs,
  });
}

function checkPriority(priority: number): number {
  if (Number.isFinite(priority)) return priority;
  throw new ConfigError({ option: "priority", accepted: "a finite number", value: priority });
}
