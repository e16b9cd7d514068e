import { onAbort } from "../call/abort-listeners.js";
import type { Call } from "../call/call.js";
import { stateKey } from "../call/state.js";
import type { Clock } from "../clock/clock.js";
import { SluiceError } from "../errors/sluice-error.js";
import type { Hook, HookFailure, Next, Outcome, Stage } from "./hook.js";
import type { ReplyReader } from "./reply.js";

/** Set when an observer was cut off: the call's outcome was there before its time was up, and stands. */
export const outcomeKnown = stateKey("outcomeKnown", () => false);

/** What a chain lends to its hooks. */
export interface HookSurroundings {
  readonly clock: Clock;
  readonly reply: ReplyReader;
  readonly report: (failure: HookFailure) => void;
}

/** Runs the rest of the chain and shows its outcome to the hook's `after` or `error`. */
export async function observe<Result>(
  hook: Hook,
  stage: Stage,
  around: HookSurroundings,
  call: Call,
  rest: Next<Result>,
): Promise<Result> {
  const startedMs = around.clock.now();
  const waitedBeforeMs = call.progress.waitedMs;
  const outcome = (value: unknown): Outcome => {
    const { status, headers } = around.reply(value);
    const waitedInsideMs = call.progress.waitedMs - waitedBeforeMs;
    return {
      status,
      headers,
      durationMs: Math.max(0, around.clock.now() - startedMs - waitedInsideMs),
      waitedMs: call.progress.waitedMs,
      attempt: call.attempt === 0 ? call.progress.attempts : call.attempt,
    };
  };
  let result: Result;
  try {
    result = await rest(call);
  } catch (error) {
    if (hook.error !== undefined) {
      const told = hook.error;
      await settle(() => told(call, error, outcome(error)), { hook: hook.name, kind: "error", stage, call }, around);
    }
    throw error;
  }
  if (hook.after !== undefined) {
    const told = hook.after;
    await settle(() => told(call, outcome(result)), { hook: hook.name, kind: "after", stage, call }, around);
  }
  return result;
}

/** Lets an observer finish, but not outlast the call: one that hangs is left behind at the deadline and reported. */
async function settle(tell: () => unknown, about: Omit<HookFailure, "error">, around: HookSurroundings): Promise<void> {
  try {
    const told = tell();
    if (!isPromise(told)) return;
    if (!about.call.signal.aborted) return void (await orAborted(told, about));
    // The time was up before the hook was asked: nobody waits for it, but its failure is still reported.
    told.then(undefined, (error: unknown) => around.report({ ...about, error }));
  } catch (error) {
    around.report({ ...about, error });
  }
}

function orAborted(told: PromiseLike<unknown>, about: Omit<HookFailure, "error">): Promise<unknown> {
  const { signal } = about.call;
  return new Promise((resolve, reject) => {
    const done = onAbort(signal, () => {
      about.call.state.set(outcomeKnown, true);
      reject(
        new SluiceError(
          "HOOK_TIMEOUT",
          `Hook ${about.hook} (${about.kind}) had not settled when the call's time was up`,
        ),
      );
    });
    told.then(
      (value) => (done(), resolve(value)),
      (error: unknown) => (done(), reject(error)),
    );
  });
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
