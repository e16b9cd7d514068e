import type { Clock } from "@sluice/core";

/** What came of a function of the user's: its value, its error, or that it took too long. */
export type Outcome<Value> =
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "error"; readonly error: unknown }
  | { readonly kind: "late" };

/** Runs a function of the user's, and does not wait for it longer than that. What it does later is its own affair. */
export function within<Value>(
  ask: () => Value | Promise<Value>,
  timeoutMs: number,
  clock: Clock,
): Outcome<Value> | Promise<Outcome<Value>> {
  try {
    const asked = ask();
    return isPromise(asked) ? race(asked, timeoutMs, clock) : { kind: "value", value: asked };
  } catch (error) {
    return { kind: "error", error };
  }
}

function race<Value>(asked: PromiseLike<Value>, timeoutMs: number, clock: Clock): Promise<Outcome<Value>> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(() => resolve({ kind: "late" }), timeoutMs);
    asked.then(
      (value) => {
        timer.cancel();
        resolve({ kind: "value", value });
      },
      (error: unknown) => {
        timer.cancel();
        resolve({ kind: "error", error });
      },
    );
  });
}

function isPromise<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
